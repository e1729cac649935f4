import type { FileState } from '#contracts/states.js';
import { type Pool, type Tx, transaction } from '../pool.js';

/** A file as it lies in the inbox now. */
export interface Sighting {
  readonly path: string;
  /** The source that takes the name; null when none does. */
  readonly source: string | null;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

interface Known {
  readonly id: string;
  readonly path: string;
  readonly source: string | null;
  readonly state: FileState;
  readonly code: string | null;
  readonly size: string;
  readonly mtime_ns: string;
}

/**
 * Holds what was seen against the ledger and writes down what is new: a path not known yet, a version that still
 * moves, or newer content of a known path, which becomes a new version in `arriving`. What has not changed since the
 * last look costs no write.
 * @returns how many entries of the ledger changed
 */
export async function recordSightings(pool: Pool, sightings: readonly Sighting[]): Promise<number> {
  if (sightings.length === 0) return 0;
  const known = new Map<string, Known>();
  const paths = sightings.map((sighting) => sighting.path);
  for (const row of (await pool.query<Known>(selectCurrent, [paths])).rows) known.set(row.path, row);
  const news = sightings.filter((sighting) => isNews(sighting, known.get(sighting.path)));
  if (news.length === 0) return 0;
  return await transaction(pool, (tx) => writeNews(tx, news));
}

const selectCurrent = `
  SELECT id, path, source, state, code, size, mtime_ns FROM ops.file WHERE current AND path = ANY($1::text[])`;

/** A version that may still change under its own number. One that was gone counts: it is back. */
const isMoving = (file: Known): boolean =>
  file.state === 'arriving' || file.state === 'ignored' || (file.state === 'quarantined' && file.code === 'gone');

function isNews(sighting: Sighting, file: Known | undefined): boolean {
  if (!file) return true;
  if (BigInt(file.size) !== sighting.size || BigInt(file.mtime_ns) !== sighting.mtimeNs) return true;
  return isMoving(file) && (file.source !== sighting.source || file.state === 'quarantined');
}

async function writeNews(tx: Tx, news: readonly Sighting[]): Promise<number> {
  // Read again under lock: a run may have ended, or a person replayed, since the look above.
  const rows = (await tx.query<Known>(`${selectCurrent} FOR UPDATE`, [news.map((sighting) => sighting.path)])).rows;
  const known = new Map(rows.map((row) => [row.path, row]));
  const moving: Sighting[] = [];
  const fresh: Sighting[] = [];
  const retired: string[] = [];
  for (const sighting of news) {
    const file = known.get(sighting.path);
    if (!isNews(sighting, file)) continue;
    if (file && isMoving(file)) moving.push(sighting);
    else fresh.push(sighting);
    if (file && !isMoving(file)) retired.push(file.id);
  }
  await tx.query(
    `UPDATE ops.file f
     SET size = s.size, mtime_ns = s.mtime_ns, source = s.source, sha256 = NULL, code = NULL, reason = NULL,
       state = CASE WHEN s.source IS NULL THEN 'ignored' ELSE 'arriving' END::ops.file_state, ended_at = NULL,
       updated_at = now()
     FROM ${unnested} WHERE f.current AND f.path = s.path`,
    columnsOf(moving),
  );
  await tx.query('UPDATE ops.file SET current = false, updated_at = now() WHERE id = ANY($1::bigint[])', [retired]);
  const inserted = await tx.query(
    `INSERT INTO ops.file (path, source, size, mtime_ns, version, state)
     SELECT s.path, s.source, s.size, s.mtime_ns,
       COALESCE((SELECT max(version) FROM ops.file f WHERE f.path = s.path), 0) + 1,
       CASE WHEN s.source IS NULL THEN 'ignored' ELSE 'arriving' END::ops.file_state
     FROM ${unnested} ORDER BY s.nth
     ON CONFLICT DO NOTHING`,
    columnsOf(fresh),
  );
  return moving.length + (inserted.rowCount ?? 0);
}

const unnested = `unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
  WITH ORDINALITY AS s (path, source, size, mtime_ns, nth)`;

const columnsOf = (sightings: readonly Sighting[]): unknown[] => [
  sightings.map((s) => s.path),
  sightings.map((s) => s.source),
  sightings.map((s) => s.size),
  sightings.map((s) => s.mtimeNs),
];
