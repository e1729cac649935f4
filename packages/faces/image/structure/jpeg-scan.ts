/**
 * A Huffman code as its table lists it: how many codes of each length, and their values in order (ITU-T T.81, annex C).
 */
interface HuffmanTable {
  readonly lengths: Uint8Array;
  readonly values: Uint8Array;
}

/** Entropy-coded bits, without the stuffed bytes and restart markers between them. */
class Bits {
  readonly #bytes: Uint8Array;
  #at: number;
  #current = 0;
  #left = 0;
  /** False from the moment that more bits were asked for than there are. */
  enough = true;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  next(): number {
    if (this.#left === 0) {
      const byte = this.#bytes[this.#at];
      const stuffed = byte === 0xff;
      // A marker, or the end of the file: no more data.
      if (byte === undefined || (stuffed && this.#bytes[this.#at + 1] !== 0)) {
        this.enough = false;
        return 0;
      }
      this.#current = byte;
      this.#left = 8;
      this.#at += stuffed ? 2 : 1;
    }
    this.#left -= 1;
    return (this.#current >> this.#left) & 1;
  }

  skip(count: number): void {
    for (let left = count; left > 0 && this.enough; left -= 1) this.next();
  }

  /** Goes on after the restart marker that has to follow. */
  restart(): void {
    this.#left = 0;
    const marker = this.#bytes[this.#at + 1] ?? 0;
    if (this.#bytes[this.#at] !== 0xff || marker < 0xd0 || marker > 0xd7) this.enough = false;
    this.#at += 2;
  }
}

/** The value of the code that comes next; undefined when the bits end, or are no code (T.81, F.2.2.3). */
function decode(bits: Bits, { lengths, values }: HuffmanTable): number | undefined {
  let code = 0;
  let first = 0;
  let index = 0;
  for (const count of lengths) {
    code = (code << 1) | bits.next();
    if (!bits.enough) return undefined;
    if (code - first < count) return values[index + code - first];
    index += count;
    first = (first + count) << 1;
  }
  return undefined;
}

/** Passes over one block; false when the bits end within it (T.81, F.2.2.1 and F.2.2.2). */
function passBlock(bits: Bits, dc: HuffmanTable, ac: HuffmanTable): boolean {
  const size = decode(bits, dc);
  if (size === undefined) return false;
  bits.skip(size);
  for (let coefficient = 1; coefficient < 64; coefficient += 1) {
    const runAndSize = decode(bits, ac);
    if (runAndSize === undefined) return false;
    const run = runAndSize >> 4;
    if ((runAndSize & 15) === 0 && run < 15) break;
    bits.skip(runAndSize & 15);
    coefficient += run;
  }
  return bits.enough;
}

/** A JPEG's segments up to its first scan: what is needed to pass over that scan's data. */
function readSegments(jpeg: Buffer) {
  const tables = new Map<number, HuffmanTable>();
  let frame: { readonly width: number; readonly height: number; readonly components: Buffer } | undefined;
  let restartInterval = 0;
  for (let at = 2; at + 4 <= jpeg.length; ) {
    const marker = jpeg.readUInt16BE(at);
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    const content = jpeg.subarray(at + 4, end);
    if (marker === 0xffc0 || marker === 0xffc1) {
      frame = { height: content.readUInt16BE(1), width: content.readUInt16BE(3), components: content.subarray(6) };
    }
    if (marker === 0xffc4) {
      for (let table = 0; table + 17 <= content.length; ) {
        const lengths = content.subarray(table + 1, table + 17);
        const values = lengths.reduce((sum, count) => sum + count, 0);
        tables.set(content.readUInt8(table), { lengths, values: content.subarray(table + 17, table + 17 + values) });
        table += 17 + values;
      }
    }
    if (marker === 0xffdd) restartInterval = content.readUInt16BE(0);
    if (marker === 0xffda) return frame && { frame, tables, restartInterval, scan: content, data: end };
    at = end;
  }
  return undefined;
}

/** The blocks of one unit of the scan, each with its tables, and how many units the image takes (T.81, A.2). */
function planScan({ frame, tables, scan }: NonNullable<ReturnType<typeof readSegments>>) {
  const components = Array.from({ length: frame.components.length / 3 }, (_, index) => {
    const [id, sampling = 0] = frame.components.subarray(3 * index);
    return { id, across: sampling >> 4, down: sampling & 15 };
  });
  const selected = new Map<number | undefined, number>();
  for (let at = 1; at + 1 < 1 + 2 * scan.readUInt8(0); at += 2) selected.set(scan[at], scan.readUInt8(at + 1));

  const single = components.length === 1;
  const blocks: { readonly dc: HuffmanTable; readonly ac: HuffmanTable }[] = [];
  for (const { id, across, down } of components) {
    const selector = selected.get(id);
    const dc = selector === undefined ? undefined : tables.get(selector >> 4);
    const ac = selector === undefined ? undefined : tables.get(0x10 | (selector & 15));
    // A scan of several passes, or one that no decoder could read.
    if (dc === undefined || ac === undefined) return undefined;
    for (let count = single ? 1 : across * down; count > 0; count -= 1) blocks.push({ dc, ac });
  }
  const unit = (of: 'across' | 'down') => 8 * (single ? 1 : Math.max(...components.map((each) => each[of])));
  return { blocks, units: Math.ceil(frame.width / unit('across')) * Math.ceil(frame.height / unit('down')) };
}

/**
 * Whether a JPEG without end marker has the data of all its pixels, so that nothing is missing but that marker: known
 * by passing over the codes of a baseline or extended sequential image (Huffman) of one scan. False for all others, and
 * for what is not understood.
 */
export function hasWholeScan(bytes: Uint8Array): boolean {
  const jpeg = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const segments = readSegments(jpeg);
    const plan = segments && planScan(segments);
    if (segments === undefined || plan === undefined || plan.units === 0) return false;
    const bits = new Bits(jpeg, segments.data);
    for (let unit = 0; unit < plan.units; unit += 1) {
      if (segments.restartInterval > 0 && unit > 0 && unit % segments.restartInterval === 0) bits.restart();
      if (!plan.blocks.every(({ dc, ac }) => passBlock(bits, dc, ac))) return false;
    }
    return true;
  } catch (error) {
    // Reads beyond the end of a segment.
    if (error instanceof RangeError) return false;
    throw error;
  }
}
