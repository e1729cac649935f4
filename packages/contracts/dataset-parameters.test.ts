import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDataset, checkDatasetNames } from './check-dataset.js';
import type { ColumnDefinition } from './dataset.js';
import { fieldOf, filterParametersOf, sortOrdersOf } from './dataset-parameters.js';
import { SetupError } from './errors.js';
import { defineFileTask } from './file-task.js';

const columnsOf = (...names: (string | ColumnDefinition)[]): ColumnDefinition[] =>
  names.map((column) => (typeof column === 'string' ? { name: column, type: 'integer' } : column));

test('columns are spelled in camelCase', () => {
  const spelled = ['measured_at', 'a', 'a_1', 'a__b', '_private', 'trailing_', '__proto__'].map(fieldOf);
  assert.deepEqual(spelled, ['measuredAt', 'a', 'a1', 'aB', 'Private', 'trailing_', 'Proto__']);
});

test('a column’s type says what it can be filtered by', () => {
  const names = (column: ColumnDefinition) => filterParametersOf({ columns: [column] }).map(({ name }) => name);
  assert.deepEqual(names({ name: 'taken_at', type: 'timestamp' }), ['takenAt', 'takenAtFrom', 'takenAtTo']);
  assert.deepEqual(names({ name: 'amount', type: 'numeric' }), ['amount', 'amountMin', 'amountMax']);
  assert.deepEqual(names({ name: 'label', type: 'text' }), ['label', 'labelContains']);
  assert.deepEqual(names({ name: 'id', type: 'uuid' }), ['id']);
});

test('rows can be sorted by file, by what leads an index, and by time where that parts the table', () => {
  const table = { table: 'a.b', description: '', columns: columnsOf('x', 'y', 'z') };
  assert.deepEqual(
    sortOrdersOf({ ...table, indexes: [['y', 'x'], ['y'], ['file_id']], partition: { column: 'z', every: 'day' } }),
    [
      { name: 'fileId', by: 'file', columns: [] },
      { name: 'y', by: 'index', columns: ['y', 'x'] },
      { name: 'z', by: 'partition', columns: ['z'] },
    ],
  );
  assert.equal(sortOrdersOf({ ...table, indexes: [['z']], partition: { column: 'z', every: 'day' } })[1]?.by, 'index');
});

const taken: [columns: ColumnDefinition[], words: RegExp][] = [
  [columnsOf('a_b', 'a__b'), /the column a__b would be the parameter aB, as is the column a_b; rename/],
  [
    columnsOf('celsius', 'celsius_min'),
    /the column celsius_min would be .* as is the filter "min" of the column celsius/,
  ],
  [columnsOf({ name: 'at', type: 'date' }, { name: 'at_from', type: 'text' }), /the column at_from would be/],
  [
    columnsOf({ name: 'a_contains', type: 'uuid' }, { name: 'a', type: 'text' }),
    /the filter "contains" of the column a/,
  ],
  [
    columnsOf('run_id'),
    /the column run_id would be the parameter runId, as is a parameter or field that every dataset/,
  ],
  [columnsOf('sort'), /would be the parameter sort/],
  [columnsOf('limit'), /would be the parameter limit/],
  [columnsOf('cursor'), /would be the parameter cursor/],
];
for (const [columns, words] of taken) {
  test(`refuses columns that would be one parameter: ${words.source}`, () => {
    assert.throws(
      () => checkDataset({ name: 'load-x', dataset: { table: 'a.b', description: '', columns } }),
      (error) => error instanceof SetupError && words.test(error.message),
    );
  });
}

test('names of datasets can stand in addresses, and stay apart', () => {
  const named = (...names: string[]) =>
    names.map((name, at) => ({
      name,
      task: defineFileTask({
        name: `load-${at}`,
        description: '',
        source: { name, description: '', matches: () => false, batch: { files: 1, bytes: 1 } },
      }),
    }));
  checkDatasetNames(named('weather', 'data-sample', 'a_b', '2024'));
  for (const name of ['', 'a/b', ':name', '*', 'a b', 'Ä', '-a', 'A']) {
    assert.throws(
      () => checkDatasetNames(named(name)),
      /the task load-0 cannot be read: expected a name of small letters/,
    );
  }
  assert.throws(
    () => checkDatasetNames(named('a-b', 'a_b')),
    /the tasks load-0 and load-1 have datasets .* rename a_b/,
  );
});
