import type { Decimal } from '#contracts/decimal.js';

const positive = 0x0000;
const negative = 0x4000;

/**
 * The field of a `numeric` in binary COPY, its length in front: four int16 (number of digits, weight of the first, sign,
 * digits shown behind the point) and the digits, to base 10,000 and without zeros at either end (numeric_send in
 * PostgreSQL's src/backend/utils/adt/numeric.c).
 */
export function numericField({ unscaled, scale }: Decimal): Uint8Array {
  const behind = Math.ceil(scale / 4);
  const text = (unscaled < 0n ? -unscaled : unscaled).toString() + '0'.repeat(behind * 4 - scale);
  const groups = (text.padStart(Math.ceil(text.length / 4) * 4, '0').match(/\d{4}/g) ?? []).map(Number);
  let weight = groups.length - behind - 1;
  while (groups[0] === 0) {
    groups.shift();
    weight--;
  }
  while (groups.at(-1) === 0) groups.pop();
  const field = Buffer.alloc(4 + 8 + 2 * groups.length);
  field.writeInt32BE(field.length - 4, 0);
  field.writeInt16BE(groups.length, 4);
  field.writeInt16BE(groups.length === 0 ? 0 : weight, 6);
  field.writeUInt16BE(unscaled < 0n ? negative : positive, 8);
  field.writeInt16BE(scale, 10);
  for (const [i, digits] of groups.entries()) field.writeInt16BE(digits, 12 + 2 * i);
  return field;
}

/** The decimal of a field without its length, for tests of what was written. */
export function readNumeric(field: Buffer): Decimal {
  const scale = field.readInt16BE(6);
  const count = field.readInt16BE(0);
  let digits = 0n;
  for (let i = 0; i < count; i++) digits = digits * 10_000n + BigInt(field.readInt16BE(8 + 2 * i));
  // Behind the last group stand this many digits, of which `scale` are shown.
  const behind = 4 * (count - 1 - field.readInt16BE(2));
  const shift = 10n ** BigInt(Math.abs(behind - scale));
  const unscaled = behind > scale ? digits / shift : digits * shift;
  return { unscaled: field.readUInt16BE(4) === negative ? -unscaled : unscaled, scale };
}
