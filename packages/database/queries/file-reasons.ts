import { preferIndexes } from '../changes/pending.js';
import type { Pool, Tx } from '../pool.js';
import { type Conditions, conditions, pathPattern } from './conditions.js';
import { readingLimitMs, readTogether } from './reading.js';
import { instantSql, shortInstant } from './times.js';

/** Quarantined files of one source that have the same kind of fault. */
export interface FileReason {
  readonly source: string;
  /** Null of files that were quarantined by a release that gave none. */
  readonly code: string | null;
  readonly count: number;
  /** Of all of them together. */
  readonly bytes: number;
  /** When the last of them was quarantined. ISO-8601 in UTC. */
  readonly lastAt: string;
  /** The one that was seen last. */
  readonly example: { readonly fileId: string; readonly path: string; readonly reason: string | null };
}

/** Which quarantined files are meant; what is left out does not matter. */
export interface QuarantineFilter {
  readonly source?: string | undefined;
  readonly code?: string | undefined;
  /** The start of the path, or a pattern in which `*` stands for any characters. */
  readonly path?: string | undefined;
}

/** Why files are in quarantine, the most frequent first, at most 500. Given up after a while: SQLSTATE 57014. */
export async function listFileReasons(pool: Pool): Promise<FileReason[]> {
  return await reading(pool, async (tx) => {
    const { rows } = await tx.query<FileReason>(
      `SELECT g.source, g.code, g.count, g.bytes, ${instantSql('g.last_at')} AS "lastAt",
         json_build_object('fileId', f.id::text, 'path', f.path, 'reason', f.reason) AS example
       FROM (
         SELECT f.source, f.code, count(*)::float8 AS count, sum(f.size)::float8 AS bytes, max(COALESCE(f.ended_at, f.updated_at)) AS last_at,
           max(f.id) AS newest
         FROM ops.file f WHERE ${quarantined({}).sql()} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 500
       ) g JOIN ops.file f ON f.id = g.newest
       ORDER BY g.count DESC, g.source, g.code`,
    );
    return rows.map((row) => ({ ...row, lastAt: shortInstant(row.lastAt) }));
  });
}

/** How many files are meant. Given up after a while: SQLSTATE 57014. */
export async function countQuarantined(pool: Pool, filter: QuarantineFilter): Promise<number> {
  return await reading(pool, async (tx) => {
    const where = quarantined(filter);
    const { rows } = await tx.query<{ count: number }>(
      `SELECT count(*)::float8 AS count FROM ops.file f WHERE ${where.sql()}`,
      where.values,
    );
    return rows[0]?.count ?? 0;
  });
}

/** The ids of some of them, those first that were seen first. Given up after a while: SQLSTATE 57014. */
export async function listQuarantined(
  pool: Pool,
  filter: QuarantineFilter,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<string[]> {
  return await reading(pool, async (tx) => {
    const where = quarantined(filter);
    where.when(after, (p) => `f.id > ${p}::bigint`);
    const { rows } = await tx.query<{ id: string }>(
      `SELECT f.id FROM ops.file f WHERE ${where.sql()} ORDER BY f.id LIMIT ${where.param(limit)}`,
      where.values,
    );
    return rows.map(({ id }) => id);
  });
}

/** Those that can be replayed or discarded: an old version of a path is left alone. */
function quarantined({ source, code, path }: QuarantineFilter): Conditions {
  const where = conditions();
  where.and(`f.state = 'quarantined' AND f.current AND f.source IS NOT NULL`);
  where.when(source, (p) => `f.source = ${p}`);
  where.when(code, (p) => `f.code = ${p}`);
  where.when(path === undefined ? undefined : pathPattern(path), (p) => `f.path LIKE ${p}`);
  return where;
}

/** Few files are quarantined, whatever the statistics say while many are. */
function reading<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    await preferIndexes(tx);
    return await work(tx);
  });
}
