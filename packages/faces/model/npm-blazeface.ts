import { readFile } from 'node:fs/promises';
import { convertBlazeface } from './convert-blazeface.js';
import { BLAZEFACE_256 } from './face-model.js';
import { sha256Of } from './store.js';

/**
 * The bytes of BlazeFace as ONNX, converted from the installed package `@vladmandic/human`, none of whose code is
 * loaded. Rejects when the package is not there or holds another model than the known one.
 */
export async function blazefaceFromNpm(): Promise<Uint8Array> {
  const folder = new URL('../models/', import.meta.resolve('@vladmandic/human'));
  const [json, bin] = await Promise.all([
    readFile(new URL('blazeface.json', folder), 'utf8'),
    readFile(new URL('blazeface.bin', folder)),
  ]);
  const bytes = convertBlazeface(json, bin);
  const sha256 = sha256Of(bytes);
  if (sha256 !== BLAZEFACE_256.sha256) {
    throw new Error(
      `the BlazeFace model in @vladmandic/human is not the known one (converted SHA-256 ${sha256.slice(0, 12)}…, expected ${BLAZEFACE_256.sha256.slice(0, 12)}…)`,
    );
  }
  return bytes;
}
