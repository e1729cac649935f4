import { quarters } from './images.js';
import { withJpegFrame } from './jpeg.js';
import { tiffFile } from './tiff.js';

/** Images that are refused for many different reasons, and some that are read. */
export async function mixedImages(): Promise<Buffer[]> {
  const large = quarters().resize(320, 160, { kernel: 'cubic' });
  const jpeg = await large.jpeg({ quality: 95 }).toBuffer();
  const damaged = Buffer.from(jpeg);
  damaged.writeUInt16BE(0xffd9, jpeg.length >> 1);
  const png = await large.png({ compressionLevel: 0 }).toBuffer();
  const wrong = Buffer.from(png).fill(0x5a, png.length >> 1, (png.length >> 1) + 60);
  const gif = await large.gif().toBuffer();
  const webp = await large.webp().toBuffer();
  const avif = await large.avif({ effort: 0 }).toBuffer();
  return [
    jpeg,
    damaged,
    jpeg.subarray(0, jpeg.length >> 1),
    withJpegFrame(jpeg, { process: 0xc1, precision: 12 }),
    Buffer.concat([jpeg.subarray(0, 20), Buffer.alloc(6, 7), jpeg.subarray(20)]),
    png,
    wrong,
    png.subarray(0, png.length >> 1),
    gif.subarray(0, gif.length >> 1),
    webp.subarray(0, webp.length >> 1),
    avif.subarray(0, avif.length >> 1),
    tiffFile(),
    tiffFile({ fields: [{ tag: 273, values: [9000] }] }),
    tiffFile({ fields: [{ tag: 259, values: [34925], short: true }] }),
    tiffFile({ fields: [{ tag: 259, values: [5], short: true }], data: Buffer.alloc(256, 0xff) }),
    tiffFile({ fields: [{ tag: 259, values: [8], short: true }] }),
    tiffFile({ fields: [{ tag: 258, values: [12], short: true }] }),
  ];
}
