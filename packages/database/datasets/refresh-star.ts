import { escapeIdentifier } from 'pg';
import { idColumnOf } from '#contracts/check-star.js';
import type { DimensionDefinition } from '#contracts/dataset.js';
import { avoiding } from '../plan-methods.js';
import type { Pool, Tx } from '../pool.js';
import { quoteTable } from '../quote.js';
import { fileCondition } from './file-condition.js';
import { summarizeBlockRanges } from './indexes.js';
import { keptColumns, type StarDataset, starFilesTable } from './star.js';

/** What one transaction may take on. */
export interface StarLimits {
  readonly files: number;
  /** Rows after which no further file is taken. */
  readonly rows: number;
}

/** What a refresh has done. */
export interface StarRefresh {
  /** Files whose rows were written. */
  readonly files: number;
  readonly rows: number;
  /** Files whose rows were taken away because they are not loaded any more. */
  readonly removed: number;
  /** Files that are still to be done. */
  readonly left: number;
}

/** A file of which the star does not have what is loaded. */
interface StaleFile {
  readonly id: bigint;
  readonly runId: string | null;
  readonly isLoaded: boolean;
  readonly isInStar: boolean;
}

/**
 * Brings a dataset's star up to date with its table, file by file in the order of their ids: a file is in the star as
 * the run loaded it that the ledger names, or not at all. One transaction at a time does this for a star.
 *
 * A load that commits meanwhile is taken or not; the run that follows it sees the difference between ledger and star.
 * @returns undefined, and nothing done, when another transaction is at it
 */
export async function refreshStar(
  tx: Tx,
  dataset: StarDataset,
  source: string,
  limits: StarLimits,
): Promise<StarRefresh | undefined> {
  const { rows: locks } = await tx.query<{ held: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 20261121)) AS held',
    [dataset.star.fact],
  );
  if (locks[0]?.held !== true) return undefined;
  // Tables that nobody has analysed yet look small. A wrong guess here means millions of searches of an index, or of
  // rows sorted to find a few distinct ones.
  return await avoiding(tx, ['nestloop', 'sort'], async () => {
    const { stale, total } = await listStale(tx, dataset, source, limits);
    const gone = stale.filter((file) => file.isInStar).map((file) => file.id);
    const loaded = stale.filter((file) => file.isLoaded);
    await removeFacts(tx, dataset, gone);
    const rows = loaded.length === 0 ? 0 : await addFacts(tx, dataset, loaded);
    return { files: loaded.length, rows, removed: stale.length - loaded.length, left: total - stale.length };
  });
}

/** Brings the fact table's index up to date with what was written; else every look at a file reads all of that. */
export async function summarizeFacts(pool: Pool, { star }: StarDataset): Promise<void> {
  await summarizeBlockRanges(pool, [star.fact]);
}

async function listStale(
  tx: Tx,
  dataset: StarDataset,
  source: string,
  limits: StarLimits,
): Promise<{ stale: StaleFile[]; total: number }> {
  const { rows } = await tx.query<{
    id: string;
    run_id: string | null;
    is_loaded: boolean;
    is_in_star: boolean;
    total: number;
  }>(
    `WITH stale AS (
       SELECT COALESCE(f.id, s.file_id) AS id, f.run_id, f.id IS NOT NULL AS is_loaded, s.file_id IS NOT NULL AS is_in_star,
         COALESCE(f.rows, 0) AS rows
       FROM (SELECT id, run_id, rows FROM ops.file WHERE source = $1 AND state = 'loaded') f
       FULL JOIN ${quoteTable(starFilesTable(dataset))} s ON s.file_id = f.id
       WHERE f.id IS NULL OR s.file_id IS NULL OR s.run_id IS DISTINCT FROM f.run_id
     ), counted AS (
       SELECT *, count(*) OVER ()::int AS total, row_number() OVER by_id AS nth, sum(rows) OVER by_id - rows AS before
       FROM stale WINDOW by_id AS (ORDER BY id)
     )
     SELECT id, run_id, is_loaded, is_in_star, total FROM counted WHERE nth <= $2 AND before < $3 ORDER BY id`,
    [source, limits.files, limits.rows],
  );
  return {
    stale: rows.map((row) => ({
      id: BigInt(row.id),
      runId: row.run_id,
      isLoaded: row.is_loaded,
      isInStar: row.is_in_star,
    })),
    total: rows[0]?.total ?? 0,
  };
}

async function removeFacts(tx: Tx, dataset: StarDataset, fileIds: readonly bigint[]): Promise<void> {
  if (fileIds.length === 0) return;
  await tx.query(`DELETE FROM ${quoteTable(dataset.star.fact)} WHERE ${fileCondition('file_id', fileIds)}`);
  await tx.query(`DELETE FROM ${quoteTable(starFilesTable(dataset))} WHERE file_id = ANY($1::bigint[])`, [fileIds]);
}

async function addFacts(tx: Tx, dataset: StarDataset, files: readonly StaleFile[]): Promise<number> {
  const ids = files.map((file) => file.id);
  const ofFiles = fileCondition('file_id', ids);
  for (const dimension of dataset.star.dimensions) await addMembers(tx, dataset, dimension, ofFiles);
  const rows = await insertFacts(tx, dataset, ofFiles);
  for (const dimension of dataset.star.dimensions) await setParents(tx, dataset, dimension, ofFiles);
  await tx.query(
    `INSERT INTO ${quoteTable(starFilesTable(dataset))} (file_id, run_id) SELECT * FROM unnest($1::bigint[], $2::uuid[])`,
    [ids, files.map((file) => file.runId)],
  );
  return rows;
}

/**
 * Adds the names that the dimension does not know, so that only these use up ids. Another star may add to it as well.
 */
async function addMembers(tx: Tx, dataset: StarDataset, { table, column }: DimensionDefinition, ofFiles: string) {
  const name = escapeIdentifier(column);
  await tx.query(
    `INSERT INTO ${quoteTable(table)} (${name})
     SELECT DISTINCT r.${name} FROM ${quoteTable(dataset.table)} r
     WHERE ${ofFiles} AND r.${name} IS NOT NULL
       AND NOT EXISTS (SELECT FROM ${quoteTable(table)} known WHERE known.${name} = r.${name})
     ORDER BY 1 ON CONFLICT DO NOTHING`,
  );
}

/** A row without a name gets no id. */
async function insertFacts(tx: Tx, dataset: StarDataset, ofFiles: string): Promise<number> {
  const { dimensions, fact } = dataset.star;
  const kept = keptColumns(dataset).map(({ name }) => escapeIdentifier(name));
  const joins = dimensions.map(({ table, column }, n) => {
    const name = escapeIdentifier(column);
    return ` LEFT JOIN ${quoteTable(table)} d${n} ON d${n}.${name} = r.${name}`;
  });
  const { rowCount } = await tx.query(
    `INSERT INTO ${quoteTable(fact)} (${[...kept, ...dimensions.map((d) => escapeIdentifier(idColumnOf(d)))].join(', ')})
     SELECT ${[...kept.map((name) => `r.${name}`), ...dimensions.map((_d, n) => `d${n}.id`)].join(', ')}
     FROM (SELECT * FROM ${quoteTable(dataset.table)} WHERE ${ofFiles}) r${joins.join('')}`,
  );
  return rowCount ?? 0;
}

/**
 * Notes what each member belongs to. By the file with the highest id, so that the order in which files come here does
 * not matter; when that one names several, the one of them that was known first.
 */
async function setParents(tx: Tx, dataset: StarDataset, { table, belongsTo }: DimensionDefinition, ofFiles: string) {
  if (belongsTo === undefined) return;
  const child = escapeIdentifier(idColumnOf({ table }));
  const parent = escapeIdentifier(idColumnOf({ table: belongsTo }));
  await tx.query(
    `UPDATE ${quoteTable(table)} member SET ${parent} = latest.parent, file_id = latest.file_id
     FROM (
       SELECT DISTINCT ON (child) child, parent, file_id FROM (
         SELECT ${child} AS child, ${parent} AS parent, max(file_id) AS file_id FROM ${quoteTable(dataset.star.fact)}
         WHERE ${ofFiles} AND ${child} IS NOT NULL AND ${parent} IS NOT NULL GROUP BY 1, 2
       ) seen ORDER BY child, file_id DESC, parent
     ) latest
     WHERE member.id = latest.child AND (member.file_id IS NULL OR member.file_id <= latest.file_id)
       AND (member.${parent}, member.file_id) IS DISTINCT FROM (latest.parent, latest.file_id)`,
  );
}
