import type { ImageBytes } from './bytes.js';
import { corrupt, type Defect, truncated } from './defect.js';

/**
 * What is wrong with a WebP that could not be decoded, as far as its size and chunks show it (RFC 9649, section 2.4).
 */
export async function inspectWebp(bytes: ImageBytes): Promise<Defect | undefined> {
  const size = 8 + (await bytes.read(4, 4)).readUInt32LE(0);
  if (size > bytes.size) return truncated(`its header announces ${size} bytes, the file has ${bytes.size}`);
  for (let at = 12; at < size; ) {
    const head = await bytes.read(at, 8);
    if (head.length < 8) return truncated(`the file ends within the chunk at byte ${at}`);
    const content = head.readUInt32LE(4);
    const next = at + 8 + content + (content % 2);
    if (at + 8 + content > size) return corrupt(`its chunk at byte ${at} goes beyond its end at byte ${size}`);
    at = next;
  }
  return undefined;
}
