import { readFile } from 'node:fs/promises';
import { convertBlazeface } from './convert-blazeface.js';

/**
 * The bytes of BlazeFace as ONNX, converted from the installed package `@vladmandic/human` (or another of its form),
 * none of whose code is loaded. Rejects when the package is not there or its model is of another form; whether it is
 * the known one is for the caller to check by its hash.
 */
export async function blazefaceFromNpm(packageName: string): Promise<Uint8Array> {
  const folder = new URL('../models/', import.meta.resolve(packageName));
  const [json, bin] = await Promise.all([
    readFile(new URL('blazeface.json', folder), 'utf8'),
    readFile(new URL('blazeface.bin', folder)),
  ]);
  return convertBlazeface(json, bin);
}
