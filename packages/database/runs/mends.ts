import { type MendKind, mendKinds } from '#contracts/mends.js';
import type { Queryable } from '../pool.js';
import { instantSql, shortInstant } from '../queries/times.js';

/** How often something was mended. */
export interface Mended {
  readonly kind: MendKind;
  readonly count: number;
  /** ISO-8601 in UTC; null: never. */
  readonly lastAt: string | null;
}

/** Adds to the counts. */
export async function recordMends(db: Queryable, counts: ReadonlyMap<MendKind, number>): Promise<void> {
  const mended = [...counts].filter(([, count]) => count > 0);
  if (mended.length === 0) return;
  await db.query(
    `INSERT INTO ops.mend AS m (kind, count, last_at) SELECT kind, count, now() FROM unnest($1::text[], $2::bigint[]) AS n (kind, count)
     ON CONFLICT (kind) DO UPDATE SET count = m.count + EXCLUDED.count, last_at = EXCLUDED.last_at`,
    [mended.map(([kind]) => kind), mended.map(([, count]) => count)],
  );
}

/** All kinds, with what was mended so far. */
export async function listMends(db: Queryable): Promise<Mended[]> {
  const { rows } = await db.query<{ kind: string; count: number; lastAt: string }>(
    `SELECT kind, count::float8 AS count, ${instantSql('last_at')} AS "lastAt" FROM ops.mend`,
  );
  const found = new Map(rows.map((row) => [row.kind, row]));
  return mendKinds.map((kind) => {
    const row = found.get(kind);
    return { kind, count: row?.count ?? 0, lastAt: row ? shortInstant(row.lastAt) : null };
  });
}
