import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDataset } from './check-dataset.js';
import type { DatasetDefinition, StarDefinition } from './dataset.js';

const bee = { table: 'dwh.bee', column: 'bee' };
const hive = { table: 'dwh.hive', column: 'hive', belongsTo: 'dwh.bee' };
const star: StarDefinition = { fact: 'dwh.flight_fact', view: 'dwh.flight_star', dimensions: [bee, hive] };
const sound: DatasetDefinition = {
  table: 'dwh.flight',
  description: '',
  columns: [
    { name: 'bee', type: 'text', maxLength: 8 },
    { name: 'hive', type: 'text', maxLength: 8 },
    { name: 'note', type: 'text' },
  ],
  replace: 'file',
  star,
};

test('a sound star passes', () => {
  checkDataset({ name: 'load-flights', dataset: sound });
});

const faults: readonly (readonly [Partial<StarDefinition>, RegExp])[] = [
  [{ fact: 'flight_fact' }, /its star: expected a table like/],
  [{ view: 'ops.flight' }, /its star: the schema ops is not for datasets/],
  [{ view: 'dwh.flight' }, /names dwh\.flight, which is another of its tables/],
  [{ view: 'dwh.flight_fact_file' }, /names dwh\.flight_fact_file, which is another/],
  [{ dimensions: [] }, /no dimension/],
  [{ dimensions: [{ ...bee, column: 'wasp' }] }, /dwh\.bee is of the column wasp, which is not declared/],
  [
    { dimensions: [{ ...bee, column: 'note' }] },
    /dwh\.bee is of the column note; expected text with a maxLength of at most 600, got text with none/,
  ],
  [{ dimensions: [bee, { table: 'dwh.wasp', column: 'bee' }] }, /of the column bee, which has a dimension already/],
  [{ dimensions: [hive, bee] }, /dwh\.hive belongs to dwh\.bee, which is none of the dimensions before it/],
  [
    { dimensions: [bee, { table: 'fleet.bee', column: 'hive' }] },
    /fleet\.bee needs the name bee_id, which another column has/,
  ],
];
for (const [change, reason] of faults) {
  test(`refuses a star because ${reason.source}`, () => {
    assert.throws(
      () => checkDataset({ name: 'load-flights', dataset: { ...sound, star: { ...star, ...change } } }),
      reason,
    );
  });
}
