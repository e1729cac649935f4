import type { ImageBytes } from './bytes.js';
import { corrupt, type Defect, truncated } from './defect.js';

/** Bytes of one value of each field type (TIFF 6.0, section 2; BigTIFF adds 16 to 18). */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};
/** Most values of a field that are read: strips of one row of the largest image, or as many tiles. */
const MOST_VALUES = 1 << 20;
const MOST_FIELDS = 4096;

interface Field {
  readonly type: number;
  readonly count: number;
  /** Where its values are in the file. */
  readonly position: number;
}

/** The first directory of a TIFF file: what describes its first image. */
export interface TiffDirectory {
  /** A field's values, the first million; none where it is absent or does not hold whole numbers. */
  numbers(tag: number): Promise<number[]>;
  /** The tags whose values go beyond the end of the file. */
  readonly cutOff: readonly number[];
  /** Whether it has fields whose type does not exist. */
  readonly unknownTypes: boolean;
}

/** Numbers as a file's byte order has them. */
class Order {
  readonly #little: boolean;

  constructor(little: boolean) {
    this.#little = little;
  }

  /** The whole number of `length` bytes (1, 2, 4 or 8) at `at`. */
  number(bytes: Buffer, at: number, length: number): number {
    if (length === 8) return Number(this.#little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    return this.#little ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
  }
}

/**
 * Reads the first directory, or says why there is none. Of a tag that is there twice the first counts, as in libtiff.
 */
export async function readTiffDirectory(bytes: ImageBytes): Promise<TiffDirectory | Defect> {
  const head = await bytes.read(0, 16);
  if (head.length < 8) return truncated('the file ends within its header');
  const order = new Order(head.toString('latin1', 0, 2) === 'II');
  const big = order.number(head, 2, 2) === 43;
  const [offsetBytes, countBytes, fieldBytes] = big ? [8, 8, 20] : [4, 2, 12];
  if (big && head.length < 16) return truncated('the file ends within its header');

  const start = order.number(head, big ? 8 : 4, offsetBytes);
  const countRead = await bytes.read(start, countBytes);
  if (start < 8) return corrupt(`its directory is said to be at byte ${start}`);
  if (countRead.length < countBytes) {
    return truncated(`its directory is at byte ${start}, the file has ${bytes.size} bytes`);
  }
  const count = order.number(countRead, 0, countBytes);
  const end = start + countBytes + count * fieldBytes;
  if (end > bytes.size) return truncated(`its directory goes to byte ${end}, the file has ${bytes.size} bytes`);
  if (count === 0 || count > MOST_FIELDS) return corrupt(`its directory has ${count} fields`);

  const entries = await bytes.read(start + countBytes, count * fieldBytes);
  const fields = new Map<number, Field>();
  const cutOff: number[] = [];
  let unknownTypes = false;
  for (let at = 0; at < entries.length; at += fieldBytes) {
    const tag = order.number(entries, at, 2);
    const type = order.number(entries, at + 2, 2);
    const values = order.number(entries, at + 4, offsetBytes);
    unknownTypes ||= TYPE_BYTES[type] === undefined;
    const length = values * (TYPE_BYTES[type] ?? 0);
    const inside = start + countBytes + at + 4 + offsetBytes;
    const position = length <= offsetBytes ? inside : order.number(entries, at + 4 + offsetBytes, offsetBytes);
    if (position + length > bytes.size) cutOff.push(tag);
    if (!fields.has(tag)) fields.set(tag, { type, count: values, position });
  }

  return {
    cutOff,
    unknownTypes,
    async numbers(tag) {
      const field = fields.get(tag);
      if (field === undefined || ![1, 3, 4, 16].includes(field.type)) return [];
      const length = TYPE_BYTES[field.type] ?? 1;
      const read = await bytes.read(field.position, Math.min(field.count, MOST_VALUES) * length);
      return Array.from({ length: Math.floor(read.length / length) }, (_, index) =>
        order.number(read, index * length, length),
      );
    },
  };
}
