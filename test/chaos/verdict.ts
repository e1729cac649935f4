import type pg from 'pg';
import { assertTruth } from '../helpers/truth.js';
import type { Changes } from './changes.js';

/** A faulty path, in words. */
export type Finding = string;

interface Row {
  readonly path: string;
  readonly sha256: string | null;
  readonly state: string;
  readonly rows: number | null;
  readonly reason: string | null;
}

/** Compares the ledger and the tables with what was written. Everything must be at rest. Empty when all is right. */
export async function compare(pool: pg.Pool, changes: Changes): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    await assertTruth(pool);
  } catch (error) {
    findings.push(`the ledger and the tables: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { rows } = await pool.query<Row>(
    `SELECT path, sha256, state, rows::int, reason FROM ops.file WHERE current AND state <> 'ignored'`,
  );
  const known = new Map(rows.map((row) => [row.path, row]));
  for (const [path, truth] of changes.truth()) {
    const found = known.get(path);
    known.delete(path);
    const fault = faultOf(found, truth, changes);
    if (fault !== undefined) findings.push(`${path}: ${fault}`);
  }
  for (const path of known.keys()) findings.push(`${path}: in the ledger, and never written`);
  return findings;
}

function faultOf(
  found: Row | undefined,
  { sha256, expected }: { sha256: string; expected: number | 'unknown' | 'bad' },
  changes: Changes,
): string | undefined {
  if (!found) return 'written, and not in the ledger';
  const is = `it is ${found.state} with ${found.rows} rows${found.reason === null ? '' : ` (${found.reason})`}`;
  if (found.sha256 !== sha256) return `its current version has other bytes than the file; ${is}`;
  if (expected === 'bad') return found.state === 'quarantined' ? undefined : `expected quarantined; ${is}`;
  if (found.state === 'duplicate') return changes.isCopied(sha256) ? undefined : `no other path has its bytes; ${is}`;
  if (found.state !== 'loaded') return `expected loaded; ${is}`;
  return expected === 'unknown' || found.rows === expected ? undefined : `expected ${expected} rows; ${is}`;
}

/** Whether nothing is under way: every path is known with the bytes it has, every file and every run has ended. */
export async function isAtRest(pool: pg.Pool, changes: Changes): Promise<boolean> {
  const truth = changes.truth();
  const { rows } = await pool.query<{ open: number; paths: number }>(
    `SELECT (SELECT count(*) FROM ops.run WHERE state NOT IN ('succeeded', 'failed', 'cancelled'))::int
          + (SELECT count(*) FROM ops.file WHERE state IN ('arriving', 'settled', 'loading'))::int AS open,
            (SELECT count(*) FROM unnest($1::text[], $2::text[]) AS t (path, sha256)
             JOIN ops.file f ON f.current AND f.path = t.path AND f.sha256 = t.sha256)::int AS paths`,
    [[...truth.keys()], [...truth.values()].map(({ sha256 }) => sha256)],
  );
  return rows[0]?.open === 0 && rows[0].paths === truth.size;
}
