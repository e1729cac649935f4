import { type ClientBase, escapeLiteral } from 'pg';
import type { DatasetDefinition } from '#contracts/dataset.js';
import { SetupError } from '#contracts/errors.js';
import { quoteTable } from '../quote.js';

/** What has a view's name, and how it differs from the table. */
interface FoundView {
  /** PostgreSQL's letter: `v` for a view; null if there is nothing. */
  readonly kind: string | null;
  /** Whether it reads the table. */
  readonly readsTable: boolean;
  /** Columns of the table that it lacks. */
  readonly lacking: number;
}

/**
 * Makes the view of a dataset in the schema `public` if it is not there, and gives it columns that the table has got since.
 * The dataset's table is there.
 * @returns what was made, for the log
 * @throws SetupError when something else has the name
 */
export async function ensurePublicView(client: ClientBase, { table, view }: DatasetDefinition): Promise<string[]> {
  if (view === undefined) return [];
  const name = `public.${view}`;
  const { kind, readsTable, lacking } = await findView(client, table, name);
  if (kind !== null && (kind !== 'v' || !readsTable)) {
    throw new SetupError(
      `the dataset of the table ${table} wants the view ${name}, and there is something else of that name; ` +
        'rename or drop it, or give the view another name in the declaration',
    );
  }
  if (kind !== null && lacking === 0) return [];
  // Columns are only ever added behind the others, in the table as in the view, whose rights then stay.
  await client.query(`CREATE OR REPLACE VIEW ${quoteTable(name)} AS SELECT * FROM ${quoteTable(table)}`);
  await client.query(`COMMENT ON VIEW ${quoteTable(name)} IS ${escapeLiteral(`${table} without its schema.`)}`);
  return [`made the view ${name} of ${table}`];
}

async function findView(client: ClientBase, table: string, view: string): Promise<FoundView> {
  const columns = (relation: string): string =>
    `SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(${relation}) AND attnum > 0 AND NOT attisdropped`;
  const { rows } = await client.query<{ kind: string | null; reads: boolean; lacking: number }>(
    `SELECT (SELECT relkind FROM pg_class WHERE oid = to_regclass($2)) AS kind,
       EXISTS (SELECT FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
         WHERE r.ev_class = to_regclass($2) AND d.refobjid = to_regclass($1)) AS reads,
       (SELECT count(*)::integer FROM (${columns('$1')} EXCEPT ${columns('$2')}) missing) AS lacking`,
    [quoteTable(table), quoteTable(view)],
  );
  const [found] = rows;
  return { kind: found?.kind ?? null, readsTable: found?.reads === true, lacking: found?.lacking ?? 0 };
}
