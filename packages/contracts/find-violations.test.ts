import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { findViolations } from './find-violations.js';

const exact = { additionalProperties: false } as const;
const Pair = Type.Object({ a: Type.Integer({ minimum: 0 }), b: Type.Optional(Type.String({ maxLength: 3 })) }, exact);

const schemas: TSchema[] = [
  Pair,
  Type.Array(Pair, { uniqueItems: true, maxItems: 3 }),
  Type.Array(Type.Unknown(), { uniqueItems: true }),
  Type.Array(Type.Array(Type.String({ pattern: '^x*$', maxLength: 2 }), { minItems: 1 }), { minItems: 1, maxItems: 2 }),
  Type.Object({ a: Type.Union([Pair, Type.Null()]), b: Type.Record(Type.String(), Type.Number()) }),
  Type.Object({ a: Type.Integer() }, { additionalProperties: Type.String() }),
  Type.Union([Type.Tuple([Type.Literal('x'), Type.Integer()]), Type.Enum(['y', 'z'])]),
  Type.Intersect([Type.Object({ a: Type.Integer() }), Type.Object({ b: Type.String() })]),
];

const singles = [null, true, 0, -1, 1.5, '', 'x', 'xx', 'xxxx', 'ü👩\u200d', [], {}, undefined];
const values: unknown[] = [
  ...singles,
  ...singles.flatMap((a) => [[a], [a, a], [a, 'x'], [[a]], [a, [a], { a }], { a }, { a, b: 'x' }, { a: 1, b: a }]),
  ...[{ a: 1, b: 'x', c: 1 }, { b: 'x' }, { a: 1, __proto__: null }, JSON.parse('{"a":1,"__proto__":1}')],
  ...[{ a: { a: 1, b: 'x' }, b: { k: 1 } }, { a: null, b: { k: 'x' } }, ['x', 1], ['x', 'x']],
  ...[
    [
      { a: 1, b: 'x' },
      { b: 'x', a: 1 },
    ],
    [{ a: 1 }, { a: 2 }, { a: 3 }, { a: 4 }],
    [1, '1'],
    ['number 1', 1],
  ],
];

test('a value is free of violations exactly when the library that knows all keywords takes it', () => {
  for (const schema of schemas) {
    const validator = Compile(schema);
    for (const value of values) {
      const violations = findViolations(schema, value);
      assert.equal(
        violations.count === 0,
        validator.Check(value),
        `${JSON.stringify(schema)} ${JSON.stringify(value)}`,
      );
      assert.equal(violations.count, violations.named.length);
    }
  }
});

test('violations have their path, in the order of the value', () => {
  const violations = findViolations(Type.Array(Pair), [{ a: -1, c: 1 }, { b: 'long' }, 3]);
  assert.deepEqual(
    violations.named.map(({ path, message }) => `${path} ${message}`),
    [
      '/0 must not have "c"',
      '/0/a must be >= 0',
      '/1 must have required properties a',
      '/1/b must not have more than 3 characters',
      '/2 must be object',
    ],
  );
});

test('uniqueItems where it could only be checked in quadratic time is refused when the schema is first used', () => {
  const schema = Type.Union([Type.Array(Type.String(), { uniqueItems: true }), Type.Null()]);
  assert.throws(() => findViolations(schema, null), /uniqueItems: expected a list/);
});

test('what is attached to a schema under a symbol changes nothing about how it is checked', () => {
  const list = Type.Array(Type.String(), { uniqueItems: true });
  const schema = Type.Object({ list }, { ...exact, [Symbol('name')]: 'Named' });
  assert.equal(findViolations(schema, { list: ['a'] }).count, 0);
  assert.deepEqual(
    findViolations(schema, { list: ['a', 'a'] }).named.map(({ path }) => path),
    ['/list'],
  );
});
