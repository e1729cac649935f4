/** One field of a TIFF directory: its values, as 32-bit numbers unless `short`. */
export interface TiffField {
  readonly tag: number;
  readonly values: readonly number[];
  readonly short?: boolean;
}

/** What a grey TIFF of 16 × 16 pixels and 8 bits in one strip has; other fields and data replace or join it. */
export interface TiffChange {
  readonly fields?: readonly TiffField[];
  /** Tags that are left out. */
  readonly without?: readonly number[];
  readonly data?: Uint8Array;
}

const DATA_AT = 8;

/** A little-endian TIFF, its strip before its directory (TIFF 6.0, section 2). */
export function tiffFile({ fields = [], without = [], data = Buffer.alloc(256, 128) }: TiffChange = {}): Buffer {
  const usual: TiffField[] = [
    { tag: 256, values: [16] },
    { tag: 257, values: [16] },
    { tag: 258, values: [8], short: true },
    { tag: 259, values: [1], short: true },
    { tag: 262, values: [1], short: true },
    { tag: 273, values: [DATA_AT] },
    { tag: 277, values: [1], short: true },
    { tag: 278, values: [16] },
    { tag: 279, values: [data.length] },
  ];
  const all = new Map([...usual, ...fields].map((field) => [field.tag, field]));
  for (const tag of without) all.delete(tag);
  const sorted = [...all.values()].sort((a, b) => a.tag - b.tag);

  const directoryAt = DATA_AT + data.length;
  const directory = Buffer.alloc(2 + 12 * sorted.length + 4);
  const further: Buffer[] = [];
  let furtherAt = directoryAt + directory.length;
  directory.writeUInt16LE(sorted.length, 0);
  for (const [index, { tag, values, short = false }] of sorted.entries()) {
    const at = 2 + 12 * index;
    const bytes = Buffer.from((short ? Uint16Array.from(values) : Uint32Array.from(values)).buffer);
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(short ? 3 : 4, at + 2);
    directory.writeUInt32LE(values.length, at + 4);
    if (bytes.length <= 4) bytes.copy(directory, at + 8);
    else {
      directory.writeUInt32LE(furtherAt, at + 8);
      further.push(bytes);
      furtherAt += bytes.length;
    }
  }
  const header = Buffer.from('49492a0000000000', 'hex');
  header.writeUInt32LE(directoryAt, 4);
  return Buffer.concat([header, data, directory, ...further]);
}
