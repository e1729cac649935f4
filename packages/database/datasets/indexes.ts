import { createHash } from 'node:crypto';
import { escapeIdentifier } from 'pg';
import type { DatasetDefinition } from '#contracts/dataset.js';
import { quoteTable } from '../quote.js';

/** PostgreSQL cuts longer names. */
const maxNameChars = 63;

/** The indexes of a dataset's table beside its key. */
export function indexStatements(dataset: DatasetDefinition): { readonly name: string; readonly sql: string }[] {
  const table = dataset.table.slice(dataset.table.indexOf('.') + 1);
  const on = quoteTable(dataset.table);
  const declared = (dataset.indexes ?? []).map((columns) => {
    const name = indexName(table, columns);
    return { name, sql: `CREATE INDEX ${name} ON ${on} (${columns.map(escapeIdentifier).join(', ')})` };
  });
  if (dataset.partition === undefined) return declared;
  // Rows of a file lie together, so block ranges find them at next to no cost for loads; a key would double it.
  const name = indexName(table, ['file_id']);
  const storage = 'WITH (pages_per_range = 32, autosummarize = on)';
  return [{ name, sql: `CREATE INDEX ${name} ON ${on} USING brin (file_id) ${storage}` }, ...declared];
}

/** As PostgreSQL would name it, cut so that two long names stay two. Needs no quotes, as its parts need none. */
function indexName(table: string, columns: readonly string[]): string {
  const name = `${table}_${columns.join('_')}_idx`;
  if (name.length <= maxNameChars) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, maxNameChars - digest.length - 5)}_${digest}_idx`;
}
