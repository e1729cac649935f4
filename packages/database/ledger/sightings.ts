import { type Pool, type Queryable, type Tx, transaction } from '../pool.js';
import { lookUpByKey } from './query-plans.js';
import { supersedeOlder } from './settle.js';
import type { Tick } from './ticks.js';

/** A file as it lies in the inbox now. */
export interface Sighting {
  readonly path: string;
  /** The source that takes the name; null when none does. */
  readonly source: string | null;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

/** A sighting that the ledger does not have. */
export interface News {
  readonly sighting: Sighting;
  /** The current version of the path; undefined when it is not known. */
  readonly known: string | undefined;
  /** That version may still change under its own number. */
  readonly moving: boolean;
}

/**
 * Compares what was seen with the ledger and records what is new: a path not known yet, a version that still
 * moves, or newer content of a known path, which becomes a new version in `arriving`. What has not changed since the
 * last look costs no write.
 * @param tick when that was; if not given, the watcher counts from when it first sees the entry
 * @returns how many entries of the ledger changed
 */
export async function recordSightings(
  pool: Pool,
  sightings: readonly Sighting[],
  tick: Tick | null = null,
): Promise<number> {
  if (sightings.length === 0) return 0;
  const news = await findNews(pool, sightings);
  if (news.length === 0) return 0;
  return await transaction(pool, async (tx) => {
    await lookUpByKey(tx);
    const known = news.flatMap((each) => each.known ?? []);
    if (known.length === 0) return await insertVersions(tx, sightingsOf(news), tick);
    await tx.query('SELECT FROM ops.file WHERE path = ANY($1::text[]) AND current ORDER BY id FOR UPDATE', [
      news.map(({ sighting }) => sighting.path),
    ]);
    // Looked at again under lock: a run may have ended, or a person replayed, since the look above.
    return await writeNews(tx, await findNews(tx, sightingsOf(news)), tick);
  });
}

const sightingsOf = (news: readonly News[]): Sighting[] => news.map(({ sighting }) => sighting);

/** One that was gone counts as moving: it is back. */
const isMoving = `(f.state IN ('arriving', 'ignored') OR (f.state = 'quarantined' AND f.code IS NOT DISTINCT FROM 'gone'))`;

const seen = `unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
  WITH ORDINALITY AS s (path, source, size, mtime_ns, nth)`;

/** Those of some sightings that the ledger does not have as they are; one look into an index for each. */
export async function findNews(db: Queryable, sightings: readonly Sighting[]): Promise<News[]> {
  const { rows } = await db.query<{ nth: string; id: string | null; moving: boolean | null }>(
    // OFFSET 0 keeps it one look into the index per path; the planner's other idea is to read the whole ledger.
    `SELECT s.nth, f.id, ${isMoving} AS moving FROM ${seen}
     LEFT JOIN LATERAL (SELECT * FROM ops.file k WHERE k.path = s.path AND k.current OFFSET 0) f ON true
     WHERE f.id IS NULL OR f.size <> s.size OR f.mtime_ns <> s.mtime_ns
       OR (${isMoving} AND (f.source IS DISTINCT FROM s.source OR f.state = 'quarantined'))
     ORDER BY s.nth`,
    columnsOf(sightings),
  );
  return rows.flatMap((row) => {
    const sighting = sightings[Number(row.nth) - 1];
    return sighting ? [{ sighting, known: row.id ?? undefined, moving: row.moving === true }] : [];
  });
}

async function writeNews(tx: Tx, news: readonly News[], tick: Tick | null): Promise<number> {
  const moving = sightingsOf(news.filter((each) => each.moving));
  const retired = news.flatMap(({ known, moving }) => (known === undefined || moving ? [] : [known]));
  if (moving.length > 0) {
    await tx.query(
      `UPDATE ops.file f
       SET size = s.size, mtime_ns = s.mtime_ns, source = s.source, sha256 = NULL, code = NULL, reason = NULL,
         state = CASE WHEN s.source IS NULL THEN 'ignored' ELSE 'arriving' END::ops.file_state, ended_at = NULL,
         tick = $5, updated_at = now()
       FROM ${seen} WHERE f.current AND f.path = s.path`,
      [...columnsOf(moving), tick],
    );
  }
  if (retired.length > 0) {
    await tx.query('UPDATE ops.file SET current = false, updated_at = now() WHERE id = ANY($1::bigint[])', [retired]);
  }
  const inserted = await insertVersions(tx, sightingsOf(news.filter((each) => !each.moving)), tick);
  // No version that would settle, and so supersede them, comes after those.
  await supersedeOlder(
    tx,
    news.filter(({ known, sighting }) => known !== undefined && sighting.source === null).map((each) => each.sighting),
    ['settled'],
  );
  return moving.length + inserted;
}

async function insertVersions(tx: Tx, sightings: readonly Sighting[], tick: Tick | null): Promise<number> {
  if (sightings.length === 0) return 0;
  const { rowCount } = await tx.query(
    `INSERT INTO ops.file (path, source, size, mtime_ns, version, state, tick)
     SELECT s.path, s.source, s.size, s.mtime_ns,
       COALESCE((SELECT max(version) FROM ops.file f WHERE f.path = s.path), 0) + 1,
       CASE WHEN s.source IS NULL THEN 'ignored' ELSE 'arriving' END::ops.file_state, $5::bigint
     FROM ${seen} ORDER BY s.nth
     ON CONFLICT DO NOTHING`,
    [...columnsOf(sightings), tick],
  );
  return rowCount ?? 0;
}

const columnsOf = (sightings: readonly Sighting[]): unknown[] => [
  sightings.map((s) => s.path),
  sightings.map((s) => s.source),
  sightings.map((s) => s.size),
  sightings.map((s) => s.mtimeNs),
];
