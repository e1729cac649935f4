import type { ImageBytes } from './bytes.js';
import { corrupt, type Defect, truncated } from './defect.js';

/**
 * What is wrong with an AVIF that could not be decoded, as far as its outermost boxes show it (ISO/IEC 14496-12, 4.2).
 */
export async function inspectAvif(bytes: ImageBytes): Promise<Defect | undefined> {
  const wanted = new Set(['meta', 'mdat']);
  // What follows both may be anything.
  for (let at = 0; wanted.size > 0; ) {
    const head = await bytes.read(at, 16);
    if (head.length < 8) return truncated(`the file ends before its box ${[...wanted].join(' and ')}`);
    // 0: to the end of the file; 1: the size follows, in eight bytes.
    const short = head.readUInt32BE(0);
    const long = short === 1 && head.length === 16 ? Number(head.readBigUInt64BE(8)) : short;
    const size = short === 0 ? bytes.size - at : long;
    if (size < 8) return corrupt(`no box begins at byte ${at}`);
    if (at + size > bytes.size) return truncated(`the file has ${bytes.size} bytes, a box goes to byte ${at + size}`);
    wanted.delete(head.toString('latin1', 4, 8));
    at += size;
  }
  return undefined;
}
