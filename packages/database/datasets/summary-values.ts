import { type Pool, type Queryable, transaction } from '../pool.js';
import { quoteTable } from '../quote.js';
import { type SummarizedDataset, valueTable } from './summary.js';

/**
 * The ids of distinct values of a column, in their order; those that have none are given the next ones. Ids are committed
 * at once, on a connection of their own, so that no load waits for another one's end. A value whose rows are never committed
 * does no harm: figures count the bits that are set.
 */
export async function provideValueIds(
  pool: Pool,
  dataset: Pick<SummarizedDataset, 'table'>,
  column: string,
  values: readonly string[],
): Promise<Int32Array> {
  const known = await findIds(pool, dataset, column, values);
  if (known.size < values.length) {
    await transaction(pool, (tx) => addValues(tx, dataset, column, values));
    for (const [value, id] of await findIds(pool, dataset, column, values)) known.set(value, id);
  }
  return Int32Array.from(values, (value) => {
    const id = known.get(value);
    if (id === undefined) throw new Error(`the value ${JSON.stringify(value)} of ${column} got no id; was it removed?`);
    return id;
  });
}

async function findIds(
  db: Queryable,
  dataset: Pick<SummarizedDataset, 'table'>,
  column: string,
  values: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ value: string; id: number }>(
    `SELECT value, id FROM ${quoteTable(valueTable(dataset))} WHERE column_name = $1 AND value = ANY($2::text[])`,
    [column, values],
  );
  return new Map(rows.map(({ value, id }) => [value, id]));
}

async function addValues(
  tx: Queryable,
  dataset: Pick<SummarizedDataset, 'table'>,
  column: string,
  values: readonly string[],
): Promise<void> {
  const table = quoteTable(valueTable(dataset));
  // Two at a time would give one id twice; the statement after this one sees what the other one has committed.
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 20261129))', [valueTable(dataset)]);
  await tx.query(
    `INSERT INTO ${table} (column_name, id, value)
     SELECT $1, (SELECT COALESCE(max(id) + 1, 0) FROM ${table} WHERE column_name = $1) + row_number() OVER (ORDER BY nth) - 1, v
     FROM unnest($2::text[]) WITH ORDINALITY AS wanted (v, nth)
     WHERE NOT EXISTS (SELECT FROM ${table} known WHERE known.column_name = $1 AND known.value = v)`,
    [column, values],
  );
}

/** What changes when somebody empties or drops the table of values: ids that were read before mean nothing then. */
export async function readValuesVersion(db: Queryable, dataset: Pick<SummarizedDataset, 'table'>): Promise<string> {
  const { rows } = await db.query<{ version: string | null }>(
    'SELECT pg_relation_filenode(to_regclass($1))::text AS version',
    [quoteTable(valueTable(dataset))],
  );
  const version = rows[0]?.version;
  if (version === undefined || version === null) {
    throw new Error(`the table ${valueTable(dataset)} is not there; restart Millrace, or run "millrace migrate"`);
  }
  return version;
}
