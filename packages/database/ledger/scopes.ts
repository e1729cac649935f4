import type { Tx } from '../pool.js';

/** A file that stands for a part of its dataset: a day, or all of the table (`*`). */
export interface ScopedFile {
  readonly id: bigint;
  readonly source: string;
  readonly path: string;
  readonly scope: string;
}

/** What loading scoped files means for them and for those that are loaded already. */
export interface ScopeDecision {
  /** Loaded files whose rows have to go; their state is `superseded` now. */
  readonly replaced: readonly bigint[];
  /** Those of the given files whose rows have to go, because a newer one of their scope is loaded; each with that one. */
  readonly outdated: ReadonlyMap<bigint, Pick<ScopedFile, 'id' | 'path'>>;
}

/**
 * Decides which files of a scope keep their rows: the newest, which is the one that was seen last (the highest id),
 * whatever the order in which runs end. Until the transaction ends no other can decide about the same scopes.
 * @param loaded files of one source that this transaction loads
 */
export async function decideScopes(tx: Tx, loaded: readonly ScopedFile[]): Promise<ScopeDecision> {
  const [first] = loaded;
  if (!first) return { replaced: [], outdated: new Map() };
  const { source } = first;
  const scopes = [...new Set(loaded.map((file) => file.scope))].sort();
  // One by one and in order, so that two runs with several scopes cannot wait for each other.
  for (const scope of scopes) {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 20261121))`, [`${source}\n${scope}`]);
  }
  const { rows } = await tx.query<{ id: string; path: string; scope: string }>(
    `SELECT id, path, scope FROM ops.file
     WHERE source = $1 AND state = 'loaded' AND scope = ANY($2::text[]) AND id <> ALL($3::bigint[])`,
    [source, scopes, loaded.map((file) => file.id)],
  );
  const others = rows.map((row) => ({ ...row, id: BigInt(row.id), source }));
  const newest = new Map<string, ScopedFile>();
  for (const file of [...loaded, ...others]) {
    if (file.id > (newest.get(file.scope)?.id ?? 0n)) newest.set(file.scope, file);
  }
  const outdated = new Map<bigint, ScopedFile>();
  for (const file of loaded) {
    const winner = newest.get(file.scope);
    if (winner && winner.id !== file.id) outdated.set(file.id, winner);
  }
  const replaced = others.filter((file) => newest.get(file.scope)?.id !== file.id).map((file) => file.id);
  // They still lie at their paths, unlike versions that newer content has replaced: `current` stays.
  await tx.query(
    `UPDATE ops.file SET state = 'superseded', ended_at = now(), updated_at = now(),
       reason = format('a newer file of this source has replaced %s', CASE scope WHEN '*' THEN 'the whole table' ELSE 'the rows of ' || scope END)
     WHERE id = ANY($1::bigint[])`,
    [replaced],
  );
  return { replaced, outdated };
}
