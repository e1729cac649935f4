import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Decimal, decimalText, fitDecimal, parseDecimal } from '#contracts/decimal.js';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { numericField, readNumeric } from './numeric.js';

const texts = [
  ...['0', '0.00', '1', '-1', '10', '9999', '10000', '100000000', '-12345678901234567890.123456789'],
  ...['0.1', '0.0001', '0.00001', '-0.000000001', '123.4500', '99999999.99999999', '10000.0001'],
  `-${'9'.repeat(500)}.${'7'.repeat(499)}`,
];

test('fields of numeric are those that PostgreSQL itself sends', async () => {
  await withTestDatabase(async ({ pool }) => {
    const { rows } = await pool.query<{ hex: string }>(
      "SELECT encode(numeric_send(value::numeric), 'hex') AS hex FROM unnest($1::text[]) AS value",
      [texts],
    );
    const decimals = texts.map((text) => parseDecimal(text));
    assert.deepEqual(
      decimals.map((decimal) => Buffer.from(decimal ? numericField(decimal) : []).toString('hex', 4)),
      rows.map(({ hex }) => hex),
    );
    assert.deepEqual(
      rows.map(({ hex }) => decimalText(readNumeric(Buffer.from(hex, 'hex')))),
      texts,
    );
  });
});

test('texts are decimals with exponents or without, and nothing else', () => {
  const read = (text: string): string | undefined => {
    const decimal = parseDecimal(text);
    return decimal && decimalText(decimal);
  };
  assert.deepEqual(['1e3', '-1.5E-3', '12.0e1', '007'].map(read), ['1000', '-0.0015', '120', '7']);
  for (const text of ['', '.5', '1.', '1e', '0x1', 'NaN', '1e9999', '1e-9999', '1 ', '9'.repeat(1001)]) {
    assert.equal(read(text), undefined, text);
  }
});

test('a decimal fits its column exactly or not at all', () => {
  const value: Decimal = { unscaled: 12_300n, scale: 3 };
  assert.deepEqual(fitDecimal(value, 4, 2), { unscaled: 1230n, scale: 2 });
  assert.deepEqual(fitDecimal(value, 9, 5), { unscaled: 1_230_000n, scale: 5 });
  assert.equal(fitDecimal(value, 9, 0), 'has more than 0 digits behind the point');
  assert.equal(fitDecimal(value, 3, 2), 'has more than 1 digits before the point');
  assert.deepEqual(fitDecimal(value), value);
  assert.equal(fitDecimal({ unscaled: 10n ** 1000n, scale: 0 }), 'has more than 1000 digits');
});
