/**
 * Walks a structure in Thrift's compact protocol without building it, so that hostile bytes are refused before
 * hyparquet decodes them: it allocates lists by the length that the bytes claim, and reads integers of any length.
 *
 * Source of the format: Apache Thrift, doc/specs/thrift-compact-protocol.md.
 */

const type = { stop: 0, true: 1, false: 2, byte: 3, i16: 4, i32: 5, i64: 6, double: 7, binary: 8, list: 9, struct: 12 };

/** Parquet's own structures nest less than ten deep. */
const maxDepth = 24;
/** 64 bits in groups of seven. */
const maxVarintBytes = 10;

class Incomplete extends Error {}

/**
 * Length in bytes of the structure that starts at `start`, or `undefined` when the bytes end before it does.
 *
 * @throws Error when the bytes cannot be such a structure, whatever follows
 */
export function thriftStructLength(bytes: Uint8Array, start = 0): number | undefined {
  try {
    return skipStruct(bytes, start, 0) - start;
  } catch (error) {
    if (error instanceof Incomplete) return undefined;
    throw error;
  }
}

function skipStruct(bytes: Uint8Array, start: number, depth: number): number {
  if (depth > maxDepth) throw new Error(`metadata nests more than ${maxDepth} deep`);
  let at = start;
  while (true) {
    const head = byteAt(bytes, at++);
    const fieldType = head & 0x0f;
    if (fieldType === type.stop) return at;
    if (head >> 4 === 0) at = skipVarint(bytes, at);
    if (fieldType !== type.true && fieldType !== type.false) at = skipValue(bytes, at, fieldType, depth);
  }
}

function skipValue(bytes: Uint8Array, at: number, valueType: number, depth: number): number {
  switch (valueType) {
    case type.true:
    case type.false:
    case type.byte:
      return within(bytes, at + 1);
    case type.i16:
    case type.i32:
    case type.i64:
      return skipVarint(bytes, at);
    case type.double:
      return within(bytes, at + 8);
    case type.binary: {
      const { value, next } = varint(bytes, at);
      return within(bytes, next + value);
    }
    case type.list:
      return skipList(bytes, at, depth);
    case type.struct:
      return skipStruct(bytes, at, depth + 1);
    default:
      throw new Error(`metadata holds a value of the unknown type ${valueType}`);
  }
}

function skipList(bytes: Uint8Array, start: number, depth: number): number {
  if (depth > maxDepth) throw new Error(`metadata nests more than ${maxDepth} deep`);
  const head = byteAt(bytes, start);
  const long = head >> 4 === 15 ? varint(bytes, start + 1) : undefined;
  const count = long?.value ?? head >> 4;
  let at = long?.next ?? start + 1;
  // Every element takes a byte at least, so the claimed length is bounded by what is there.
  within(bytes, at + count);
  for (let i = 0; i < count; i++) at = skipValue(bytes, at, head & 0x0f, depth + 1);
  return at;
}

function skipVarint(bytes: Uint8Array, start: number): number {
  for (let at = start; at < start + maxVarintBytes; at++) {
    if (byteAt(bytes, at) < 0x80) return at + 1;
  }
  throw new Error(`metadata holds an integer of more than ${maxVarintBytes} bytes`);
}

/** A length; beyond 32 bits it is none that a file could hold. */
function varint(bytes: Uint8Array, start: number): { value: number; next: number } {
  const next = skipVarint(bytes, start);
  let value = 0;
  for (let at = next - 1; at >= start; at--) value = value * 128 + (byteAt(bytes, at) & 0x7f);
  if (value > 0x7fff_ffff) throw new Error(`metadata claims a length of ${value}`);
  return { value, next };
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Incomplete();
  return byte;
}

function within(bytes: Uint8Array, end: number): number {
  if (end > bytes.length) throw new Incomplete();
  return end;
}
