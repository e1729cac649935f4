import { escapeIdentifier, escapeLiteral } from 'pg';
import type { AwaitedRow } from '../ledger/outcomes.js';
import type { Queryable } from '../pool.js';
import { quoteTable } from '../quote.js';
import type { LinkedTables } from './linked-table.js';
import { stageOf } from './stage.js';

/** A file whose rows are staged, and the loaded files whose rows it replaces: older versions, or itself. */
export interface StagedFile {
  readonly id: bigint;
  readonly replaces: readonly bigint[];
}

/** A row in the way of a file, and the file that has it. */
export interface Obstacle extends AwaitedRow {
  readonly fileId: bigint;
  readonly other: { readonly id: bigint; readonly path: string };
}

/** Rows that are missing are listed per file up to this many; it looks for more when those are there. */
const maxAwaited = 1_000;

/** The files as parameters: `$1` and `$2` pair each with the files it replaces, `$3` are all in their order. */
const parameters = (files: readonly StagedFile[]): unknown[] => {
  const pairs = files.flatMap(({ id, replaces }) => replaces.map((old) => [id, old] as const));
  return [pairs.map(([id]) => id), pairs.map(([, old]) => old), files.map(({ id }) => id)];
};
const replacing = 'unnest($1::bigint[], $2::bigint[]) AS o (new, old)';

interface ObstacleRow {
  readonly file_id: string;
  readonly key: string;
  readonly other_id: string;
  readonly path: string | null;
}

const toObstacle =
  (dataset: string) =>
  ({ file_id, key, other_id, path }: ObstacleRow): Obstacle => ({
    fileId: BigInt(file_id),
    dataset,
    key,
    other: { id: BigInt(other_id), path: path ?? 'a file that the ledger does not know any more' },
  });

/**
 * Files with a row whose key another file has: in its table, or staged by one of these that comes before. One per file and
 * dataset.
 */
export async function findTakenKeys(
  db: Queryable,
  tables: LinkedTables,
  files: readonly StagedFile[],
): Promise<Obstacle[]> {
  const found: Obstacle[] = [];
  for (const table of tables.keyed) {
    const [key, stage] = [escapeIdentifier(table.key), stageOf(table)];
    const { rows } = await db.query<ObstacleRow>(
      `SELECT DISTINCT ON (taken.file_id) taken.file_id, taken.key, taken.other_id, f.path FROM (
         SELECT s.file_id, s.${key} AS key, t.file_id AS other_id
         FROM ${stage} s JOIN ${quoteTable(table.definition.table)} t ON t.${key} = s.${key}
         WHERE s.reject IS NULL AND s.file_id = ANY($3::bigint[])
           AND NOT EXISTS (SELECT FROM ${replacing} WHERE o.new = s.file_id AND o.old = t.file_id)
         UNION ALL
         SELECT s.file_id, s.${key}, t.file_id FROM ${stage} s JOIN ${stage} t ON t.${key} = s.${key}
         WHERE s.reject IS NULL AND t.reject IS NULL AND s.file_id = ANY($3::bigint[]) AND t.file_id = ANY($3::bigint[])
           AND array_position($3::bigint[], t.file_id) < array_position($3::bigint[], s.file_id)
       ) taken LEFT JOIN ops.file f ON f.id = taken.other_id
       ORDER BY taken.file_id, taken.key`,
      parameters(files),
    );
    found.push(...rows.map(toObstacle(table.dataset)));
  }
  return found;
}

/**
 * Files that replace rows to which rows of other files refer, by rows of which they have none any more. One per file and
 * dataset.
 */
export async function findDroppedParents(
  db: Queryable,
  tables: LinkedTables,
  files: readonly StagedFile[],
): Promise<Obstacle[]> {
  const replacers = files.filter(({ replaces }) => replaces.length > 0);
  if (replacers.length === 0) return [];
  const found: Obstacle[] = [];
  for (const { child, column, parent, key } of tables.children) {
    const id = escapeIdentifier(key);
    const { rows } = await db.query<ObstacleRow>(
      `SELECT DISTINCT ON (o.new) o.new AS file_id, t.${id} AS key, c.file_id AS other_id, f.path
       FROM ${replacing} JOIN ${quoteTable(parent.definition.table)} t ON t.file_id = o.old
       JOIN ${quoteTable(child.definition.table)} c ON c.${escapeIdentifier(column)} = t.${id}
       LEFT JOIN ops.file f ON f.id = c.file_id
       WHERE $3::bigint[] IS NOT NULL
         AND NOT EXISTS (SELECT FROM ${stageOf(parent)} s WHERE s.file_id = o.new AND s.${id} = t.${id} AND s.reject IS NULL)
         AND NOT EXISTS (SELECT FROM unnest($1::bigint[], $2::bigint[]) AS own (new, old)
           WHERE own.new = o.new AND own.old = c.file_id)
       ORDER BY o.new, t.${id}, c.file_id`,
      parameters(replacers),
    );
    found.push(...rows.map(toObstacle(parent.dataset)));
  }
  return found;
}

/** The rows that files refer to and that neither the tables nor these files have, by the files that lack them. */
export async function findMissingParents(
  db: Queryable,
  tables: LinkedTables,
  files: readonly StagedFile[],
): Promise<ReadonlyMap<bigint, readonly AwaitedRow[]>> {
  const missing = new Map<bigint, AwaitedRow[]>();
  for (const { child, column, parent, key } of tables.children) {
    const [id, reference] = [escapeIdentifier(key), escapeIdentifier(column)];
    const { rows } = await db.query<{ file_id: string; key: string }>(
      `SELECT file_id, key FROM (
         SELECT s.file_id, s.key, row_number() OVER (PARTITION BY s.file_id ORDER BY s.key) AS nth
         FROM (SELECT DISTINCT file_id, ${reference} AS key FROM ${stageOf(child)}
           WHERE reject IS NULL AND file_id = ANY($3::bigint[])) s
         WHERE NOT EXISTS (SELECT FROM ${quoteTable(parent.definition.table)} t
             WHERE t.${id} = s.key AND t.file_id <> ALL ($2::bigint[]))
           AND NOT EXISTS (SELECT FROM ${stageOf(parent)} p
             WHERE p.${id} = s.key AND p.reject IS NULL AND p.file_id = ANY($3::bigint[]))
           AND $1::bigint[] IS NOT NULL
       ) m WHERE nth <= ${maxAwaited} ORDER BY file_id, key`,
      parameters(files),
    );
    for (const row of rows) {
      const fileId = BigInt(row.file_id);
      missing.set(fileId, [...(missing.get(fileId) ?? []), { dataset: parent.dataset, key: row.key }]);
    }
  }
  return missing;
}

/** What files have staged of one table. */
export interface StagedRows {
  readonly fileId: bigint;
  readonly dataset: string;
  /** Without those that were rejected. */
  readonly rows: number;
  /** Of a table partitioned by time: microseconds since 1970. */
  readonly span?: { readonly from: bigint; readonly to: bigint };
  /** Of such a table: months in which it has rows. */
  readonly months: number;
}

/** What files have staged, by file and table; nothing for a table of which a file has no row. */
export async function countStaged(
  db: Queryable,
  tables: LinkedTables,
  fileIds: readonly bigint[],
): Promise<StagedRows[]> {
  const each = tables.all.map((table) => {
    const { partition } = table.definition;
    const time = partition && escapeIdentifier(partition.column);
    const micros = (edge: string): string =>
      time ? `(extract(epoch FROM ${edge}(${time})) * 1000000)::bigint` : 'NULL::bigint';
    return `SELECT file_id, ${escapeLiteral(table.dataset)} AS dataset, count(*)::int AS rows, ${micros('min')} AS from,
        ${micros('max')} AS to, ${time ? `count(DISTINCT date_trunc('month', ${time}))::int` : '0'} AS months
      FROM ${stageOf(table)} WHERE reject IS NULL AND file_id = ANY($1::bigint[]) GROUP BY file_id`;
  });
  const { rows } = await db.query<{
    file_id: string;
    dataset: string;
    rows: number;
    from: string | null;
    to: string | null;
    months: number;
  }>(each.join(' UNION ALL '), [fileIds]);
  return rows.map(({ file_id, dataset, rows: count, from, to, months }) => ({
    fileId: BigInt(file_id),
    dataset,
    rows: count,
    months,
    ...(from === null || to === null ? {} : { span: { from: BigInt(from), to: BigInt(to) } }),
  }));
}

/** The months in which files have staged rows of a partitioned table: per month the least and the greatest time, ascending. */
export async function listStagedSpans(
  db: Queryable,
  tables: LinkedTables,
  dataset: string,
  fileIds: readonly bigint[],
): Promise<{ readonly from: bigint; readonly to: bigint }[]> {
  const table = tables.get(dataset);
  const { partition } = table.definition;
  if (!partition) return [];
  const time = escapeIdentifier(partition.column);
  const { rows } = await db.query<{ from: string; to: string }>(
    `SELECT (extract(epoch FROM min(${time})) * 1000000)::bigint AS from,
       (extract(epoch FROM max(${time})) * 1000000)::bigint AS to
     FROM ${stageOf(table)} WHERE reject IS NULL AND file_id = ANY($1::bigint[])
     GROUP BY date_trunc('month', ${time}) ORDER BY 1`,
    [fileIds],
  );
  return rows.map(({ from, to }) => ({ from: BigInt(from), to: BigInt(to) }));
}
