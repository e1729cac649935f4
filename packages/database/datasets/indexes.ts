import { createHash } from 'node:crypto';
import { escapeIdentifier } from 'pg';
import type { DatasetDefinition } from '#contracts/dataset.js';
import type { Queryable } from '../pool.js';
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
  return [{ name, sql: `CREATE INDEX ${name} ON ${on} ${blockRanges(['file_id'])}` }, ...declared];
}

/** The rest of a statement that makes an index of block ranges (BRIN), which costs a load next to nothing. */
export const blockRanges = (columns: readonly string[]): string =>
  `USING brin (${columns.map(escapeIdentifier).join(', ')}) WITH (pages_per_range = 32, autosummarize = on)`;

/**
 * Brings the block ranges that were written since into the BRIN indexes of tables; until then every query that uses
 * them reads those ranges. Autovacuum does the same later.
 */
export async function summarizeBlockRanges(db: Queryable, tables: readonly string[]): Promise<void> {
  await db.query(
    `SELECT brin_summarize_new_values(x.indexrelid)
     FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_am am ON am.oid = c.relam AND am.amname = 'brin'
     WHERE x.indrelid = ANY (SELECT to_regclass(t) FROM unnest($1::text[]) t)`,
    [tables.map(quoteTable)],
  );
}

/** As PostgreSQL would name it, cut so that two long names stay two. Needs no quotes, as its parts need none. */
function indexName(table: string, columns: readonly string[]): string {
  const name = `${table}_${columns.join('_')}_idx`;
  if (name.length <= maxNameChars) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, maxNameChars - digest.length - 5)}_${digest}_idx`;
}
