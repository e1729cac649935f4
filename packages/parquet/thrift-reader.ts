/**
 * Reads structures in Thrift's compact protocol field by field, as the caller knows them. A field of another type than
 * expected, one that stands twice and a length beyond what is there are errors: nothing is guessed, and nothing is
 * allocated by a length that the bytes only claim.
 *
 * Source of the format: Apache Thrift, doc/specs/thrift-compact-protocol.md.
 */

const kinds = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
};

/** Parquet's own structures nest less than ten deep. */
const maxDepth = 24;
/**
 * Elements of all lists together. A chunk takes 60 bytes and five of them, so a footer of 8 MiB stays below; one of empty
 * structures would be hundreds of megabytes of objects.
 */
const maxElements = 1_500_000;
/** 64 bits in groups of seven. */
const maxVarintBytes = 10;

const utf8 = new TextDecoder();

/** The bytes end within a structure that was sound up to there. */
export class IncompleteError extends Error {
  override readonly name = 'IncompleteError';
}

/** What follows a field's number: read it with the method of its type, or `skip` it. */
export type FieldKind = number;

export class ThriftReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #depth = 0;
  #elements = 0;

  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes;
    this.#at = start;
  }

  /** Where the next byte is read. */
  get at(): number {
    return this.#at;
  }

  /**
   * Reads a structure.
   *
   * @param field called for each field; reads its value, or skips it
   * @param kind of the field whose value the structure is; left out for the outermost
   */
  struct(field: (id: number, kind: FieldKind) => void, kind: FieldKind = kinds.struct): void {
    expect(kind, kinds.struct, 'a structure');
    this.#enter();
    let id = 0;
    let seen = 0;
    while (true) {
      const head = this.#byte();
      const fieldKind = head & 0x0f;
      if (fieldKind === kinds.stop) break;
      id = head >> 4 === 0 ? this.#int32() : id + (head >> 4);
      if (id < 1 || id > 0x7fff) throw new Error(`metadata holds a field of the number ${id}`);
      // All fields that are read here have numbers below 31.
      const bit = id < 31 ? 1 << id : 0;
      if ((seen & bit) !== 0) throw new Error(`metadata holds the field ${id} twice`);
      seen |= bit;
      field(id, fieldKind);
    }
    this.#depth--;
  }

  /** Reads a list, calling `element` for each of its elements. */
  list(kind: FieldKind, element: (kind: FieldKind) => void): void {
    expect(kind, kinds.list, 'a list');
    this.#enter();
    const head = this.#byte();
    const count = head >> 4 === 15 ? this.#length() : head >> 4;
    // Every element takes a byte at least, so the claimed length is bounded by what is there.
    this.#within(this.#at + count);
    this.#elements += count;
    if (this.#elements > maxElements)
      throw new Error(`metadata holds lists of more than ${maxElements} elements in all`);
    const elementKind = head & 0x0f;
    for (let i = 0; i < count; i++) element(elementKind);
    this.#depth--;
  }

  boolean(kind: FieldKind): boolean {
    if (kind !== kinds.false) expect(kind, kinds.true, 'a truth value');
    return kind === kinds.true;
  }

  int32(kind: FieldKind): number {
    expect(kind, kinds.i32, 'an integer of 32 bits');
    return this.#int32();
  }

  int64(kind: FieldKind): bigint {
    expect(kind, kinds.i64, 'an integer of 64 bits');
    const start = this.#at;
    this.#skipVarint();
    let value = 0n;
    for (let at = this.#at - 1; at >= start; at--) value = (value << 7n) | BigInt((this.#bytes[at] ?? 0) & 0x7f);
    return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }

  text(kind: FieldKind): string {
    expect(kind, kinds.binary, 'a text');
    const start = this.#skipBinary();
    return utf8.decode(this.#bytes.subarray(start, this.#at));
  }

  skip(kind: FieldKind): void {
    switch (kind) {
      case kinds.true:
      case kinds.false:
        return;
      case kinds.byte:
        this.#at = this.#within(this.#at + 1);
        return;
      case kinds.i16:
      case kinds.i32:
      case kinds.i64:
        this.#skipVarint();
        return;
      case kinds.double:
        this.#at = this.#within(this.#at + 8);
        return;
      case kinds.binary:
        this.#skipBinary();
        return;
      case kinds.list:
        // Truth values in a list take a byte each, other than as fields.
        this.list(kind, (element) =>
          this.skip(element === kinds.true || element === kinds.false ? kinds.byte : element),
        );
        return;
      case kinds.struct:
        this.struct((_id, field) => this.skip(field));
        return;
      default:
        throw new Error(`metadata holds a value of the unknown type ${kind}`);
    }
  }

  #enter(): void {
    if (++this.#depth > maxDepth) throw new Error(`metadata nests more than ${maxDepth} deep`);
  }

  #skipBinary(): number {
    const length = this.#length();
    const start = this.#at;
    this.#at = this.#within(start + length);
    return start;
  }

  #skipVarint(): void {
    for (let count = 0; count < maxVarintBytes; count++) if (this.#byte() < 0x80) return;
    throw new Error(`metadata holds an integer of more than ${maxVarintBytes} bytes`);
  }

  /** Less than 2^53, or not exact, which every caller then refuses as too large. */
  #varint(): number {
    const start = this.#at;
    this.#skipVarint();
    let value = 0;
    for (let at = this.#at - 1; at >= start; at--) value = value * 128 + ((this.#bytes[at] ?? 0) & 0x7f);
    return value;
  }

  /** Zigzag: the lowest bit is the sign. */
  #int32(): number {
    const value = this.#varint();
    if (value > 0xffff_ffff) throw new Error('metadata holds an integer of more than 32 bits');
    return (value >>> 1) ^ -(value & 1);
  }

  /** Beyond 31 bits it is none that a file could hold. */
  #length(): number {
    const value = this.#varint();
    if (value > 0x7fff_ffff) throw new Error(`metadata claims a length of ${value}`);
    return value;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new IncompleteError('the bytes end in the middle');
    this.#at++;
    return byte;
  }

  #within(end: number): number {
    if (end > this.#bytes.length) throw new IncompleteError('the bytes end in the middle');
    return end;
  }
}

function expect(kind: FieldKind, expected: number, what: string): void {
  if (kind !== expected) throw new Error(`metadata holds a value of the type ${kind} where ${what} belongs`);
}
