import { type LinkedTable, LinkedTables } from '#database/linked/linked-table.js';
import { eventFileName } from '#events/file-name.js';
import type { LinkedFiles } from '#loading/linked/linked-files.js';
import { definition } from './definition.js';

type DatasetName = 'recording' | 'footage' | 'label' | 'sensor';

/** What a column's values have to be beside their types, by the column's name. */
const rules = {
  relative_timestamp: { least: 0 },
  frames: { least: 0 },
  label_certainty: { least: 0, most: 1 },
  timestamp: { unixSeconds: true },
} as const;

const isRuled = (name: string): name is keyof typeof rules => Object.hasOwn(rules, name);

function tableOf(dataset: DatasetName, parent?: LinkedTable['parent']): LinkedTable {
  const table = definition.datasets?.[dataset];
  if (!table) throw new Error(`${definition.name} has no dataset ${dataset}`);
  const columns = table.columns.map((column) => (isRuled(column.name) ? { ...column, ...rules[column.name] } : column));
  return { dataset, definition: table, columns, ...(parent && { parent }) };
}

const tables = new LinkedTables([
  tableOf('recording'),
  tableOf('footage', { dataset: 'recording', column: 'recording' }),
  tableOf('label', {
    dataset: 'footage',
    column: 'footage',
    fault: {
      when: 's.relative_timestamp >= p.frames',
      reason:
        "format('relative_timestamp is %s: expected an index of the %s pictures of the footage %s, from 0', " +
        's.relative_timestamp, p.frames, p.id)',
    },
  }),
  tableOf('sensor', { dataset: 'recording', column: 'recording' }),
]);

const names: readonly DatasetName[] = ['recording', 'footage', 'label', 'sensor'];
const byName = names.map((dataset) => ({
  dataset,
  matches: eventFileName([dataset, `${dataset}s`], ['json', 'ndjson', 'jsonl', 'parquet']),
}));

/** How files of recordings become rows. */
export const recordingFiles: LinkedFiles = {
  tables,
  sections: Object.fromEntries(
    names.flatMap((dataset) => [
      [dataset, dataset],
      [`${dataset}s`, dataset],
    ]),
  ),
  datasetOf(path) {
    const found = byName.find(({ matches }) => matches(path));
    // The ledger gives the task what its source takes, by the same names.
    if (!found) throw new Error(`${path} is no file of ${names.join(', ')}`);
    return found.dataset;
  },
};
