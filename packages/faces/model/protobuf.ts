/**
 * Just enough of the Protocol Buffers wire format to write an ONNX file: varints, 32-bit floats and
 * length-delimited fields. A message is the list of its encoded fields.
 * Source of the format: "Encoding" in the Protocol Buffers documentation.
 */

/** One encoded field, or several in a row. */
export type Encoded = Uint8Array;

const VARINT = 0;
const LENGTH_DELIMITED = 2;

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  // Negative int64 values are written as their two's complement, ten bytes long.
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

function tag(field: number, wireType: number): Uint8Array {
  return varint((BigInt(field) << 3n) | BigInt(wireType));
}

/** An integer or enum field; `value` is a whole number within the safe range. */
export function intField(field: number, value: number): Encoded {
  return Buffer.concat([tag(field, VARINT), varint(BigInt(value))]);
}

/** A `bytes` field, an embedded message given as its encoded bytes included. */
export function bytesField(field: number, bytes: Uint8Array): Encoded {
  return Buffer.concat([tag(field, LENGTH_DELIMITED), varint(BigInt(bytes.length)), bytes]);
}

/** A `string` field, in UTF-8. */
export function stringField(field: number, text: string): Encoded {
  return bytesField(field, Buffer.from(text, 'utf8'));
}

/** An embedded message made of its fields. */
export function messageField(field: number, ...fields: Encoded[]): Encoded {
  return bytesField(field, Buffer.concat(fields));
}
