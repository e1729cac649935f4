import { maxRejectLength, type RejectedPart } from '#contracts/rejects.js';
import type { FileState } from '#contracts/states.js';
import { momentText, type TimeSpan } from '../datasets/partitions.js';
import type { Queryable, Tx } from '../pool.js';
import type { Fence } from '../runs/attempt-types.js';
import { storableText } from '../storable.js';
import type { LoadedBy } from './reloads.js';
import { seenDaySql } from './seen-day.js';
import { recordWaits } from './waits.js';

/** A file as a run gets it to load. */
export interface RunFile extends LoadedBy {
  readonly source: string;
  readonly path: string;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly sha256: string;
  readonly state: FileState;
  /** UTC day on which this version was first seen: `2026-11-20`. Stays the same when it is loaded again. */
  readonly seenOn: string;
}

/**
 * The files that a run may load, in its order: those it holds, and those whose rows it is to load once more. A file
 * that another run or a newer version has taken since is left out.
 */
export async function listFilesToLoad(db: Queryable, runId: string): Promise<RunFile[]> {
  const { rows } = await db.query<{
    id: string;
    source: string;
    path: string;
    size: string;
    mtime_ns: string;
    sha256: string;
    state: FileState;
    seen_on: string;
    run_id: string | null;
    attempt: number | null;
  }>(
    // Each file by its id (OFFSET 0 keeps the conditions out of the search), whatever the statistics say: see
    // query-plans.ts.
    `SELECT f.id, f.source, f.path, f.size, f.mtime_ns, f.sha256, f.state,
       f.run_id, f.attempt, ${seenDaySql('f')} AS seen_on
     FROM ops.run_file r CROSS JOIN LATERAL (SELECT * FROM ops.file WHERE id = r.file_id OFFSET 0) f
     WHERE r.run_id = $1 AND f.source IS NOT NULL AND f.sha256 IS NOT NULL
       AND ((f.state = 'loading' AND f.run_id = $1) OR (f.state = 'loaded' AND f.current))
     ORDER BY r.ordinal`,
    [runId],
  );
  return rows.map((row) => ({
    ...row,
    id: BigInt(row.id),
    size: BigInt(row.size),
    mtimeNs: BigInt(row.mtime_ns),
    seenOn: row.seen_on,
    loadedBy: { runId: row.run_id, attempt: row.attempt },
  }));
}

/** A file that is loaded, met by one that is to be. */
export interface LoadedFile {
  readonly id: bigint;
  readonly path: string;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly sha256: string;
}

/** A loaded file as a statement that names it `l` selects it by `loadedColumns`. */
export interface LoadedRow {
  readonly id: string;
  readonly path: string;
  readonly size: string;
  readonly mtime_ns: string;
  readonly sha256: string;
}
export const loadedColumns = 'l.id, l.path, l.size, l.mtime_ns, l.sha256';

export const loadedFile = (row: LoadedRow): LoadedFile => ({
  id: BigInt(row.id),
  path: row.path,
  size: BigInt(row.size),
  mtimeNs: BigInt(row.mtime_ns),
  sha256: row.sha256,
});

/** The loaded files that share a path or the bytes with files of a run, other than those files themselves. */
export async function listLoadedRelatives(db: Queryable, files: readonly RunFile[]): Promise<LoadedFile[]> {
  const { rows } = await db.query<LoadedRow>(
    // Two searches of an index per file, whatever the statistics say; see query-plans.ts.
    `SELECT DISTINCT ${loadedColumns}
     FROM unnest($1::text[], $2::text[], $3::text[]) AS f (source, path, sha256)
     CROSS JOIN LATERAL (
       (SELECT * FROM ops.file WHERE path = f.path OFFSET 0)
       UNION ALL (SELECT * FROM ops.file WHERE source = f.source AND sha256 = f.sha256 AND state = 'loaded' OFFSET 0)
     ) l
     WHERE l.state = 'loaded' AND l.id <> ALL ($4::bigint[])`,
    [files.map((f) => f.source), files.map((f) => f.path), files.map((f) => f.sha256), files.map((f) => f.id)],
  );
  return rows.map(loadedFile);
}

/** A row that a file waits for. */
export interface AwaitedRow {
  /** Name of its dataset. */
  readonly dataset: string;
  /** Its value in the key of the dataset's table. */
  readonly key: string;
}

/** What became of one file in a run. */
export type FileOutcome =
  | {
      readonly kind: 'loaded';
      readonly file: RunFile;
      readonly rows: number;
      readonly rejects: number;
      /** Of those rows, how many each dataset has, where the task loads several. */
      readonly tableRows?: Readonly<Record<string, number>>;
      /** The part of the dataset that the file stands for, where it replaces others of the same. */
      readonly scope?: string;
      /** From the least to the greatest time of its rows, in a dataset that is partitioned by time. */
      readonly span?: TimeSpan;
    }
  /** It is good, but a newer file of the same scope is loaded. */
  | { readonly kind: 'outdated'; readonly file: RunFile; readonly reason: string }
  | { readonly kind: 'duplicate'; readonly file: RunFile; readonly of: LoadedFile; readonly moved: boolean }
  | { readonly kind: 'quarantined'; readonly file: RunFile; readonly code: string; readonly reason: string }
  | { readonly kind: 'changed'; readonly file: RunFile; readonly reason: string }
  /** It refers to rows that no loaded file has; it is loaded when they are there. */
  | {
      readonly kind: 'waits';
      readonly file: RunFile;
      readonly reason: string;
      readonly waitsFor: readonly AwaitedRow[];
    }
  /** It could not be read for now; it is given back, to be loaded in a batch of its own. */
  | { readonly kind: 'released'; readonly file: RunFile; readonly reason: string; readonly fault: Error };

/**
 * Writes what became of a run's files, inside the transaction that holds their rows.
 * @param replaced loaded versions whose rows the same transaction took away
 */
export async function recordOutcomes(
  tx: Tx,
  fence: Fence,
  outcomes: readonly FileOutcome[],
  replaced: readonly bigint[],
): Promise<void> {
  // First, so that a version with the same bytes as the one it replaces may take its place in the unique index.
  await tx.query(
    `UPDATE ops.file SET state = 'superseded', current = false, ended_at = now(), updated_at = now()
     WHERE id = ANY($1::bigint[])`,
    [replaced],
  );
  // Another run may be about to take a twin away: one of the two waits here for the other's commit.
  const twins = outcomes.flatMap((o) => (o.kind === 'duplicate' ? [o.of.id] : []));
  await tx.query('SELECT FROM ops.file WHERE id = ANY($1::bigint[]) ORDER BY id FOR SHARE', [twins]);
  // A file that was loaded and fails when loaded once more keeps its rows and its state: nothing was taken away.
  await tx.query(
    `UPDATE ops.file f SET
       state = CASE
         WHEN o.kind = 'changed' THEN CASE WHEN f.current THEN 'arriving' ELSE 'superseded' END
         WHEN o.kind IN ('released', 'waits') THEN CASE WHEN f.current THEN 'settled' ELSE 'superseded' END
         WHEN o.kind = 'outdated' OR (o.kind = 'quarantined' AND NOT f.current) THEN 'superseded'
         ELSE o.kind
       END::ops.file_state,
       code = o.code, reason = o.reason, rows = o.rows, rejects = o.rejects, duplicate_of_id = o.duplicate_of,
       moved = o.moved, scope = o.scope, tick = NULL,
       rows_from = o.rows_from, rows_to = o.rows_to, table_rows = o.table_rows,
       run_id = $1, attempt = $2, alone = o.kind = 'released', waiting = o.kind = 'waits' AND f.current, updated_at = now(),
       ended_at = CASE WHEN o.kind NOT IN ('changed', 'released', 'waits') THEN now() END
     FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::int[], $9::bigint[], $10::boolean[], $11::text[],
         $12::timestamptz[], $13::timestamptz[], $14::jsonb[])
       AS o (id, kind, code, reason, rows, rejects, duplicate_of, moved, scope, rows_from, rows_to, table_rows)
     WHERE f.id = o.id AND (f.state = 'loading' OR o.kind IN ('loaded', 'outdated'))`,
    [fence.runId, fence.attempt, ...outcomeColumns(outcomes)],
  );
  await tx.query(
    `UPDATE ops.run_file r SET outcome = o.kind, reason = o.reason
     FROM unnest($2::bigint[], $3::text[], $4::text[]) AS o (id, kind, reason)
     WHERE r.run_id = $1 AND r.file_id = o.id`,
    [fence.runId, outcomes.map((o) => o.file.id), outcomes.map((o) => o.kind), outcomes.map(reasonOf)],
  );
  await recordWaits(
    tx,
    outcomes.map(({ file }) => file.id),
    outcomes.flatMap((o) => (o.kind === 'waits' ? o.waitsFor.map((row) => ({ fileId: o.file.id, ...row })) : [])),
  );
  await settleOrphans(tx, outcomes, replaced);
}

/**
 * Deals with duplicates whose twin's rows are gone. Bytes that were moved away from the twin's path are loaded from
 * where they lie now, and so are those of this run whose twin another run has replaced meanwhile. A copy that lay
 * beside the twin stays a duplicate (docs/decisions/0002); its reason says how to have it loaded.
 */
async function settleOrphans(tx: Tx, outcomes: readonly FileOutcome[], replaced: readonly bigint[]): Promise<void> {
  await tx.query(
    `UPDATE ops.file f SET state = 'settled', duplicate_of_id = NULL, moved = false, reason = NULL, ended_at = NULL,
       settled_at = now(), updated_at = now()
     WHERE f.state = 'duplicate' AND f.current AND (
       (f.duplicate_of_id = ANY($1::bigint[]) AND f.moved)
       OR (f.id = ANY($2::bigint[]) AND NOT EXISTS (
         SELECT FROM ops.file twin WHERE twin.id = f.duplicate_of_id AND twin.state = 'loaded')))`,
    [replaced, outcomes.map((o) => o.file.id)],
  );
  await tx.query(
    `UPDATE ops.file f SET updated_at = now(), reason = format(
       'the same bytes were loaded from %s (file %s), which has newer content since; replay this file to load them from here',
       twin.path, twin.id)
     FROM ops.file twin
     WHERE twin.id = f.duplicate_of_id AND twin.id = ANY($1::bigint[]) AND f.state = 'duplicate'`,
    [replaced],
  );
}

function outcomeColumns(outcomes: readonly FileOutcome[]): unknown[] {
  return [
    outcomes.map((o) => o.file.id),
    outcomes.map((o) => o.kind),
    outcomes.map((o) => (o.kind === 'quarantined' ? o.code : o.kind === 'waits' ? 'waiting' : null)),
    outcomes.map(reasonOf),
    outcomes.map((o) => (o.kind === 'loaded' ? o.rows : null)),
    outcomes.map((o) => (o.kind === 'loaded' ? o.rejects : 0)),
    outcomes.map((o) => (o.kind === 'duplicate' ? o.of.id : null)),
    outcomes.map((o) => o.kind === 'duplicate' && o.moved),
    outcomes.map((o) => (o.kind === 'loaded' ? (o.scope ?? null) : null)),
    outcomes.map((o) => (o.kind === 'loaded' && o.span ? momentText(o.span.from) : null)),
    outcomes.map((o) => (o.kind === 'loaded' && o.span ? momentText(o.span.to) : null)),
    outcomes.map((o) => (o.kind === 'loaded' && o.tableRows ? JSON.stringify(o.tableRows) : null)),
  ];
}

function reasonOf(outcome: FileOutcome): string | null {
  if (outcome.kind === 'loaded') return null;
  if (outcome.kind === 'duplicate') return `the same bytes are loaded from ${outcome.of.path} (file ${outcome.of.id})`;
  return storableText(outcome.reason);
}

/** Takes away the rejected parts of an earlier load of files. */
export async function removeRejects(tx: Tx, fileIds: readonly bigint[]): Promise<void> {
  await tx.query('DELETE FROM ops.reject WHERE file_id = ANY($1::bigint[])', [fileIds]);
}

/** Stores rejected parts of a file. */
export async function storeRejects(tx: Tx, fileId: bigint, rejects: readonly RejectedPart[]): Promise<void> {
  if (rejects.length === 0) return;
  await tx.query(
    `INSERT INTO ops.reject (file_id, ordinal, byte_offset, reason, content)
     SELECT $1, r.* FROM unnest($2::int[], $3::bigint[], $4::text[], $5::text[]) AS r (ordinal, byte_offset, reason, content)`,
    [
      fileId,
      rejects.map((r) => r.ordinal),
      rejects.map((r) => r.offset),
      rejects.map((r) => storableText(r.reason)),
      rejects.map((r) => storableText(r.content.slice(0, maxRejectLength))),
    ],
  );
}
