import { escapeIdentifier } from 'pg';
import type { DatasetDefinition, TableDefinition } from '#contracts/dataset.js';
import type { FileState } from '#contracts/states.js';
import type { Queryable, Tx } from '../pool.js';
import { quoteTable } from '../quote.js';
import { fileCondition } from './file-condition.js';
import { hasSummary, removeStraySummaries } from './summary.js';

/** Which part of a source is loaded once more: all of it, the rows of a day, or files by the beginning of their name. */
export type ReloadScope =
  | { readonly kind: 'all' }
  /** `2023-01-01`; in UTC for times with a zone. The table is partitioned by time. */
  | { readonly kind: 'day'; readonly day: string }
  /** Of the file's name or of its path below the inbox. */
  | { readonly kind: 'prefix'; readonly prefix: string };

/** A source's files and rows within a scope. */
export interface ReloadTarget {
  readonly source: string;
  readonly dataset: TableDefinition | DatasetDefinition;
  readonly scope: ReloadScope;
}

/** A current file that is in a scope. */
export interface ScopeFile {
  readonly id: bigint;
  readonly path: string;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly state: FileState;
  /** Goes in a batch of its own. */
  readonly alone: boolean;
  /** Rows that its load wrote into the dataset's table; null if it is not loaded. */
  readonly rows: number | null;
  /** Whether the ledger knows the times of its rows. */
  readonly hasTimes: boolean;
}

/** Parameters of a statement, numbered as they are added. */
class Parameters {
  readonly values: unknown[] = [];
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/**
 * A page of the files that a scope is to have, in path order: the current ones that are loaded, those that are
 * quarantined, and duplicates of which no twin is loaded any more. What is arriving or settled gets loaded by itself.
 *
 * Of a day: files whose rows were of that day when they were loaded, whether or not the table still has them. Of files
 * that were loaded before the ledger kept this, all (`hasTimes` is false); of those without rows, which have the day in
 * their names.
 */
export async function listScopeFiles(
  db: Queryable,
  { source, dataset, scope }: ReloadTarget,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<ScopeFile[]> {
  const parameters = new Parameters();
  const { rows } = await db.query<{
    id: string;
    path: string;
    size: string;
    mtime_ns: string;
    state: FileState;
    alone: boolean;
    rows: string | null;
    has_times: boolean;
  }>(
    `SELECT id, path, size, mtime_ns, state, alone, CASE WHEN state = 'loaded' THEN rows END AS rows,
       rows_from IS NOT NULL AS has_times
     FROM ops.file f
     WHERE source = ${parameters.add(source)} AND current AND sha256 IS NOT NULL AND path COLLATE "C" > ${parameters.add(after)}
       AND (state IN ('loaded', 'quarantined') OR (state = 'duplicate' AND NOT EXISTS (
         SELECT FROM ops.file l WHERE l.source = f.source AND l.sha256 = f.sha256 AND l.state = 'loaded')))
       AND ${inScope(scope, parameters)}
     ORDER BY path COLLATE "C" LIMIT ${parameters.add(limit)}`,
    parameters.values,
  );
  return rows.map((row) => ({
    id: BigInt(row.id),
    path: row.path,
    size: BigInt(row.size),
    mtimeNs: BigInt(row.mtime_ns),
    state: row.state,
    alone: row.alone,
    rows: row.rows === null ? null : dataset.oneRowPerFile === true ? 1 : Number(row.rows),
    hasTimes: row.has_times,
  }));
}

/** How many files of a scope are loaded in a version that a newer one is about to replace. */
export async function countOlderVersions(db: Queryable, { source, scope }: ReloadTarget): Promise<number> {
  const parameters = new Parameters();
  const { rows } = await db.query<{ files: number }>(
    `SELECT count(*)::int AS files FROM ops.file
     WHERE source = ${parameters.add(source)} AND state = 'loaded' AND NOT current AND ${inScope(scope, parameters)}`,
    parameters.values,
  );
  return rows[0]?.files ?? 0;
}

function inScope(scope: ReloadScope, parameters: Parameters): string {
  if (scope.kind === 'all') return 'true';
  if (scope.kind === 'prefix') return beginsWith(scope.prefix, parameters);
  const day = `${parameters.add(scope.day)}::date`;
  return `CASE WHEN state <> 'loaded' THEN position(${day}::text IN path) > 0 OR position(to_char(${day}, 'YYYYMMDD') IN path) > 0
    WHEN rows_from IS NULL THEN rows > 0 ELSE rows_from < ${day} + 1 AND rows_to >= ${day} END`;
}

function beginsWith(prefix: string, parameters: Parameters): string {
  const text = parameters.add(prefix);
  return `(starts_with(path, ${text}) OR starts_with(regexp_replace(path, '^.*/', ''), ${text}))`;
}

/** What a table has of a file. */
export interface TableRows {
  readonly rows: number;
  /** Of those, the ones on the scope's day; 0 for other scopes. */
  readonly onDay: number;
}

/** What the table has of some files, by their ids; those without rows are left out. */
export async function countTableRows(
  db: Queryable,
  { dataset, scope }: ReloadTarget,
  fileIds: readonly bigint[],
): Promise<ReadonlyMap<bigint, TableRows>> {
  if (fileIds.length === 0) return new Map();
  const parameters = new Parameters();
  const onDay = scope.kind === 'day' ? `count(*) FILTER (WHERE ${isOnDay(dataset, scope.day, parameters)})` : '0';
  const { rows } = await db.query<{ file_id: string; rows: string; on_day: string }>(
    `SELECT file_id, count(*) AS rows, ${onDay} AS on_day FROM ${quoteTable(dataset.table)}
     WHERE ${fileCondition('file_id', fileIds)} GROUP BY file_id`,
    parameters.values,
  );
  return new Map(rows.map((row) => [BigInt(row.file_id), { rows: Number(row.rows), onDay: Number(row.on_day) }]));
}

/** Ids that one statement looks for. */
const idsAtOnce = 10_000;

/**
 * Takes away the rows of a scope that no load has written: of files that are not loaded, not of this source or not known
 * at all, and rows at times that their file does not have. Rows and ledger change in one commit, so a load that ends
 * meanwhile is seen as a whole or not at all.
 *
 * By the beginning of a name only rows of files that the ledger knows can be found.
 * @returns how many there were
 */
export async function removeStrays(tx: Tx, target: ReloadTarget): Promise<number> {
  const { dataset, scope, source } = target;
  if ('replace' in dataset && hasSummary(dataset)) await removeStraySummaries(tx, dataset, source);
  if (scope.kind === 'prefix') return await removeRowsOfUnloaded(tx, target, scope.prefix);
  const parameters = new Parameters();
  const { partition } = dataset;
  const ownTimes = partition
    ? ` AND (f.rows_from IS NULL OR r.${escapeIdentifier(partition.column)} BETWEEN f.rows_from AND f.rows_to)`
    : '';
  const { rowCount } = await tx.query(
    `DELETE FROM ${quoteTable(dataset.table)} r
     WHERE NOT EXISTS (SELECT FROM ops.file f
         WHERE f.id = r.file_id AND f.source = ${parameters.add(source)} AND f.state = 'loaded'${ownTimes})
       ${scope.kind === 'day' ? `AND ${isOnDay(dataset, scope.day, parameters)}` : ''}`,
    parameters.values,
  );
  return rowCount ?? 0;
}

async function removeRowsOfUnloaded(tx: Tx, { source, dataset }: ReloadTarget, prefix: string): Promise<number> {
  let removed = 0;
  for (let after = '0'; ; ) {
    const parameters = new Parameters();
    const { rows } = await tx.query<{ id: string }>(
      `SELECT id FROM ops.file
       WHERE source = ${parameters.add(source)} AND state NOT IN ('loaded', 'loading') AND ${beginsWith(prefix, parameters)}
         AND id > ${parameters.add(after)} ORDER BY id LIMIT ${idsAtOnce}`,
      parameters.values,
    );
    const last = rows.at(-1);
    if (!last) return removed;
    const { rowCount } = await tx.query(
      // Its state is looked at again: a load may have ended since.
      `DELETE FROM ${quoteTable(dataset.table)} r WHERE ${fileCondition(
        'file_id',
        rows.map(({ id }) => BigInt(id)),
      )} AND NOT EXISTS (SELECT FROM ops.file f WHERE f.id = r.file_id AND f.state = 'loaded')`,
    );
    removed += rowCount ?? 0;
    after = last.id;
  }
}

/** Of rows of a file with the same ordinal leaves one. @returns how many were taken away */
export async function removeDoubles(tx: Tx, table: string, fileIds: readonly bigint[]): Promise<number> {
  if (fileIds.length === 0) return 0;
  const { rowCount } = await tx.query(
    `DELETE FROM ${quoteTable(table)} WHERE (tableoid, ctid) IN (
       SELECT tableoid, ctid FROM (
         SELECT tableoid, ctid, row_number() OVER (PARTITION BY file_id, ordinal ORDER BY tableoid, ctid) AS nth
         FROM ${quoteTable(table)} WHERE ${fileCondition('file_id', fileIds)}) numbered
       WHERE nth > 1) AND ${fileCondition('file_id', fileIds)}`,
  );
  return rowCount ?? 0;
}

/** @throws Error when the table is not partitioned by time */
function isOnDay({ table, partition }: TableDefinition, day: string, parameters: Parameters): string {
  if (!partition) throw new Error(`the rows of ${table} belong to no days`);
  const time = escapeIdentifier(partition.column);
  const from = `${parameters.add(day)}::date`;
  return `${time} >= ${from} AND ${time} < ${from} + 1`;
}
