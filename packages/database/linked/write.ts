import { escapeIdentifier } from 'pg';
import { fileCondition } from '../datasets/file-condition.js';
import { wakeWaiting } from '../ledger/waits.js';
import type { Tx } from '../pool.js';
import { quoteTable } from '../quote.js';
import type { StagedFile } from './decide.js';
import type { LinkedTable, LinkedTables } from './linked-table.js';
import { stageOf } from './stage.js';

/** Rows of one statement at most: the server keeps each in mind until it has looked for its parent. */
const maxRowsAtOnce = 500_000;

/** Between the look at the tables and the writing another transaction has changed them; it is to be looked at again. */
export class TablesChanged extends Error {
  override readonly name = 'TablesChanged';
}

/**
 * Writes the staged rows of files into their tables in place of those of the files that they replace. Rows that others
 * refer to are changed where they are, and never gone in between: the foreign keys are held at every statement. Files that
 * wait for any of these rows are let go.
 * @throws TablesChanged; DatabaseError of class 23 when a row lacks its parent, or one that goes has children
 */
export async function writeStaged(tx: Tx, tables: LinkedTables, files: readonly StagedFile[]): Promise<void> {
  const ids = files.map(({ id }) => id);
  const replaced = files.flatMap(({ replaces }) => replaces);
  for (const table of tables.leaves) await removeFrom(tx, table, replaced);
  for (const table of tables.keyed) await writeKeyed(tx, table, ids, replaced);
  for (const table of tables.keyed.toReversed()) await removeLeft(tx, table, files);
  for (const table of tables.leaves) await writeLeaves(tx, table, ids);
  for (const { key, ...table } of tables.keyed) {
    await wakeWaiting(tx, table.dataset, {
      sql: `SELECT ${escapeIdentifier(key)} FROM ${stageOf(table)} WHERE reject IS NULL AND file_id = ANY($1::bigint[])`,
      values: [ids],
    });
  }
}

/**
 * Takes away all rows of files.
 * @returns how many there were
 * @throws DatabaseError of class 23 when rows of other files refer to them
 */
export async function removeLinked(tx: Tx, tables: LinkedTables, fileIds: readonly bigint[]): Promise<number> {
  let removed = 0;
  for (const table of tables.all.toReversed()) removed += await removeFrom(tx, table, fileIds);
  return removed;
}

async function removeFrom(tx: Tx, { definition }: LinkedTable, fileIds: readonly bigint[]): Promise<number> {
  if (fileIds.length === 0) return 0;
  const { rowCount } = await tx.query(
    `DELETE FROM ${quoteTable(definition.table)} WHERE ${fileCondition('file_id', fileIds)}`,
  );
  return rowCount ?? 0;
}

/** Rows that files have in their tables. */
export async function countLinked(tx: Tx, tables: LinkedTables, fileIds: readonly bigint[]): Promise<number> {
  if (fileIds.length === 0) return 0;
  const each = tables.all.map(
    ({ definition }) =>
      `(SELECT count(*) FROM ${quoteTable(definition.table)} WHERE ${fileCondition('file_id', fileIds)})`,
  );
  const { rows } = await tx.query<{ rows: string }>(`SELECT ${each.join(' + ')} AS rows`);
  return Number(rows[0]?.rows ?? 0);
}

const columnsOf = ({ columns }: LinkedTable): string[] => [
  ...columns.map(({ name }) => escapeIdentifier(name)),
  'file_id',
  'ordinal',
];

async function writeKeyed(
  tx: Tx,
  table: LinkedTable & { readonly key: string },
  ids: readonly bigint[],
  replaced: readonly bigint[],
): Promise<void> {
  const names = columnsOf(table);
  const key = escapeIdentifier(table.key);
  const staged = `FROM ${stageOf(table)} WHERE reject IS NULL AND file_id = ANY($1::bigint[])`;
  const { rowCount } = await tx.query(
    // In the order of the keys, so that two transactions with some in common wait for each other in turn.
    `INSERT INTO ${quoteTable(table.definition.table)} AS t (${names.join(', ')})
     SELECT ${names.join(', ')} ${staged} ORDER BY ${key}
     ON CONFLICT (${key}) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')}
       WHERE t.file_id = ANY($2::bigint[])`,
    [ids, replaced],
  );
  const { rows } = await tx.query<{ wanted: number }>(`SELECT count(*)::int AS wanted ${staged}`, [ids]);
  if (rowCount !== rows[0]?.wanted) throw new TablesChanged(`another file has brought a ${table.dataset} meanwhile`);
}

/** Takes away the rows of replaced files that have none of the same key in the files that replace them. */
async function removeLeft(
  tx: Tx,
  table: LinkedTable & { readonly key: string },
  files: readonly StagedFile[],
): Promise<void> {
  const pairs = files.flatMap(({ id, replaces }) => replaces.map((old) => [id, old] as const));
  if (pairs.length === 0) return;
  const key = escapeIdentifier(table.key);
  await tx.query(
    `DELETE FROM ${quoteTable(table.definition.table)} t USING unnest($1::bigint[], $2::bigint[]) AS o (new, old)
     WHERE t.file_id = o.old AND NOT EXISTS (
       SELECT FROM ${stageOf(table)} s WHERE s.file_id = o.new AND s.${key} = t.${key} AND s.reject IS NULL)`,
    [pairs.map(([id]) => id), pairs.map(([, old]) => old)],
  );
}

async function writeLeaves(tx: Tx, table: LinkedTable, ids: readonly bigint[]): Promise<void> {
  const names = columnsOf(table);
  const stage = stageOf(table);
  const { rows } = await tx.query<{ file_id: string; rows: number; last: number }>(
    `SELECT file_id, count(*)::int AS rows, max(ordinal) AS last FROM ${stage}
     WHERE reject IS NULL AND file_id = ANY($1::bigint[]) GROUP BY file_id ORDER BY file_id`,
    [ids],
  );
  const insert = (condition: string, values: readonly unknown[]): Promise<unknown> =>
    tx.query(
      `INSERT INTO ${quoteTable(table.definition.table)} (${names.join(', ')})
       SELECT ${names.join(', ')} FROM ${stage} WHERE reject IS NULL AND ${condition}`,
      [...values],
    );
  let together: string[] = [];
  let count = 0;
  const flush = async (): Promise<void> => {
    if (together.length > 0) await insert('file_id = ANY($1::bigint[])', [together]);
    together = [];
    count = 0;
  };
  for (const file of rows) {
    if (file.rows <= maxRowsAtOnce) {
      if (count + file.rows > maxRowsAtOnce) await flush();
      together.push(file.file_id);
      count += file.rows;
      continue;
    }
    for (let from = 0; from <= file.last; from += maxRowsAtOnce) {
      await insert('file_id = $1 AND ordinal >= $2 AND ordinal < $3::bigint', [
        file.file_id,
        from,
        from + maxRowsAtOnce,
      ]);
    }
  }
  await flush();
}
