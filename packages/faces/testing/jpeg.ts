/** Where the segment begins whose marker's second byte `wanted` accepts (ITU-T T.81, annex B). */
function findSegment(jpeg: Buffer, wanted: (marker: number) => boolean): number {
  for (let at = 2; at + 4 <= jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2)) {
    if (wanted(jpeg.readUInt8(at + 1))) return at;
  }
  throw new Error('the JPEG has no such segment');
}

const NO_FRAMES = [0xc4, 0xc8, 0xcc];

/**
 * A copy of a JPEG with another frame header: `process` is the marker's second byte (0xc0 baseline, 0xc3 lossless,
 * 0xc9 arithmetic), `precision` bits per sample.
 */
export function withJpegFrame(
  jpeg: Buffer,
  change: { process?: number; precision?: number; width?: number; height?: number },
): Buffer {
  const copy = Buffer.from(jpeg);
  const at = findSegment(copy, (marker) => marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker));
  if (change.process !== undefined) copy.writeUInt8(change.process, at + 1);
  if (change.precision !== undefined) copy.writeUInt8(change.precision, at + 4);
  if (change.height !== undefined) copy.writeUInt16BE(change.height, at + 5);
  if (change.width !== undefined) copy.writeUInt16BE(change.width, at + 7);
  return copy;
}

/** A copy of a baseline JPEG of three colours whose first scan says that it holds one of them, as if more scans came. */
export function withSeparateScans(jpeg: Buffer): Buffer {
  const at = findSegment(jpeg, (marker) => marker === 0xda);
  const scan = Buffer.from('ffda0008010100003f00', 'hex');
  return Buffer.concat([jpeg.subarray(0, at), scan, jpeg.subarray(at + 2 + jpeg.readUInt16BE(at + 2))]);
}

/** A lossless JPEG (predictor 1) of 16 × 16 grey pixels of 128: every difference is nought, a bit each. */
export const LOSSLESS_JPEG = Buffer.concat([
  Buffer.from('ffd8ffc3000b080010001001011100', 'hex'),
  Buffer.from(`ffc4001400${'01'}${'00'.repeat(15)}00`, 'hex'),
  Buffer.from('ffda0008010100010000', 'hex'),
  Buffer.alloc(32),
  Buffer.from('ffd9', 'hex'),
]);
