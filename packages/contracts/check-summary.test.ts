import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDataset } from './check-dataset.js';
import type { DatasetDefinition, SummaryDefinition } from './dataset.js';

const dataset: DatasetDefinition = {
  table: 'dwh.readings',
  description: 'Readings.',
  columns: [
    { name: 'sensor', type: 'text', maxLength: 20 },
    { name: 'note', type: 'text' },
    { name: 'day', type: 'text', maxLength: 9 },
    { name: 'at', type: 'timestamp', required: true },
    { name: 'until', type: 'timestamp' },
    { name: 'seen', type: 'timestamptz' },
    { name: 'a'.repeat(63), type: 'timestamp' },
  ],
  partition: { column: 'at', every: 'day' },
  replace: 'file',
};

const check = (summary: SummaryDefinition, changed: Partial<DatasetDefinition> = {}): void =>
  checkDataset({ name: 'load-readings', dataset: { ...dataset, ...changed, summary } });

test('a summary of texts and times is taken', () => {
  check({ distinct: ['sensor'], differences: [{ from: 'at', to: 'until', unit: 'day' }] });
  check({});
});

test('a summary that cannot be kept is refused, with what was expected', () => {
  const { partition: _none, ...plain } = dataset;
  assert.throws(() => checkDataset({ name: 'x', dataset: { ...plain, summary: {} } }), /but no partition column/);
  for (const [summary, words] of [
    [{ distinct: ['nothing'] }, /values of nothing, which is none of the columns/],
    [{ distinct: ['note'] }, /values of note, expected text with a maxLength of at most 600, got text with none/],
    [{ distinct: ['at'] }, /got timestamp with none/],
    [{ distinct: ['sensor', 'sensor'] }, /two columns sensor; name each once/],
    [{ distinct: ['day'] }, /two columns day/],
    [{ differences: [{ from: 'at', to: 'at', unit: 'day' }] }, /which is one column; name two/],
    [{ differences: [{ from: 'at', to: 'gone', unit: 'day' }] }, /one of which is none of the columns/],
    [{ differences: [{ from: 'at', to: 'seen', unit: 'day' }] }, /got timestamp and timestamptz/],
    [
      { differences: [{ from: 'at', to: 'a'.repeat(63), unit: 'day' }] },
      /a name of \d+ characters; PostgreSQL takes 63/,
    ],
  ] as const) {
    assert.throws(() => check(summary), words);
  }
});
