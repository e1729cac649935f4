import type { DatasetDetail } from '../../generated/api.js';
import { withParameters } from './row-filters.js';

/** Commands that ask the API for the rows, with the filters that are set on the page. */
export function curlOf(dataset: DatasetDetail, filters: ReadonlyMap<string, string>, origin: string): string {
  const { links, filters: declared } = dataset;
  const example = declared.find(({ kind, values }) => kind === 'equal' && values !== null)?.values;
  const quoted = (path: string): string => `curl '${origin}${path.replaceAll("'", '%27')}'`;
  return [
    '# a page of rows; nextCursor leads on',
    quoted(withParameters(links.rows, new Map([...filters, ['limit', '10']]))),
    '# all of them as CSV',
    `${quoted(withParameters(links.csv, filters))} -o ${dataset.name}.csv`,
    ...(example === undefined || example === null ? [] : ['# what a column can be', quoted(example)]),
    ...(links.stats === undefined ? [] : ['# its figures', quoted(links.stats)]),
  ].join('\n');
}

/** Queries of the table, of the file and run that a row comes from, and of the star where there is one. */
export function sqlOf({ table, star, partition, columns }: DatasetDetail): string {
  const order = partition?.column ?? columns[0]?.name;
  return [
    `SELECT * FROM ${table}${order === undefined ? '' : ` ORDER BY ${quote(order)} DESC`} LIMIT 10;`,
    '',
    '-- where rows come from',
    `SELECT f.path, count(*) AS rows FROM ${table} r JOIN ops.file f ON f.id = r.file_id\nGROUP BY f.path ORDER BY f.path LIMIT 10;`,
    ...(star === null ? [] : ['', '-- the same rows, from the star', `SELECT * FROM ${star.view} LIMIT 10;`]),
  ].join('\n');
}

/** A name that SQL takes as it is needs no quotes. */
const quote = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
