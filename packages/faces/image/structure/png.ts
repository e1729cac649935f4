import { crc32 } from 'node:zlib';
import type { ImageBytes } from './bytes.js';
import { corrupt, type Defect, truncated } from './defect.js';

/** The last chunk, which has no content: length 0, type IEND, checksum. */
const END_CHUNK = Buffer.from('0000000049454e44ae426082', 'hex');
const SIGNATURE_BYTES = 8;
const MOST_CONTENT = 0x7fffffff;
const CHECKED_BYTES = 1 << 16;

/** One chunk: length of its content, type, content, checksum (W3C, Portable Network Graphics, section 5). */
async function chunkAt(bytes: ImageBytes, at: number) {
  const head = await bytes.read(at, 8);
  if (head.length < 8) return truncated('the file ends before its end chunk, IEND');
  const content = head.readUInt32BE(0);
  const type = head.toString('latin1', 4, 8);
  if (!/^[A-Za-z]{4}$/.test(type) || content > MOST_CONTENT) return corrupt(`no chunk begins at byte ${at}`);
  const next = at + 12 + content;
  if (next > bytes.size) return truncated(`the file ends within its chunk ${type}, before its end chunk, IEND`);
  return { type, content, next };
}

async function hasRightChecksum(bytes: ImageBytes, start: number, end: number): Promise<boolean> {
  let sum = 0;
  for (let at = start; at < end; at += CHECKED_BYTES) {
    sum = crc32(await bytes.read(at, Math.min(CHECKED_BYTES, end - at)), sum);
  }
  return (await bytes.read(end, 4)).readUInt32BE(0) === sum;
}

async function walk(bytes: ImageBytes, { checksums }: { checksums: boolean }): Promise<Defect | undefined> {
  let hasPixels = false;
  for (let at = SIGNATURE_BYTES; ; ) {
    const chunk = await chunkAt(bytes, at);
    if ('code' in chunk) return chunk;
    const { type, content, next } = chunk;
    if (at === SIGNATURE_BYTES && type !== 'IHDR') return corrupt('its first chunk is not IHDR');
    if (checksums && !(await hasRightChecksum(bytes, at + 4, at + 8 + content))) {
      return corrupt(`its chunk ${type} at byte ${at} has a wrong checksum`);
    }
    hasPixels ||= type === 'IDAT';
    if (type === 'IEND') return hasPixels ? undefined : corrupt('it has no chunk IDAT, which has the pixels');
    at = next;
  }
}

/**
 * What is wrong where a PNG should have its end chunk, undefined when it has it. A decoder is content with the last
 * row, but a file that was copied whole has its end. Of nearly all files this reads the last twelve bytes.
 */
export async function findMissingPngEnd(bytes: ImageBytes): Promise<Defect | undefined> {
  const end = await bytes.read(Math.max(0, bytes.size - END_CHUNK.length), END_CHUNK.length);
  return end.equals(END_CHUNK) ? undefined : await walk(bytes, { checksums: false });
}

/** What is wrong with a PNG that could not be decoded, as far as its chunks show it. */
export async function inspectPng(bytes: ImageBytes): Promise<Defect | undefined> {
  return await walk(bytes, { checksums: true });
}
