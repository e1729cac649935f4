import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ColumnDefinition } from '#contracts/dataset.js';
import { messageOf } from '#contracts/errors.js';
import { declareColumns } from './declare.js';
import { type DuckReader, openDuckDb } from './duckdb.js';
import { type Mutation, mutate, type Seed } from './mutations.js';
import { readOurs } from './our-reader.js';
import { findDifference, type Outcome } from './outcome.js';
import { builtInSeeds } from './seeds.js';

/** What the parent asks for. */
export interface Job {
  /** Folder of DuckDB. */
  readonly reader: string;
  /** Files to damage; none stands for the built-in ones. */
  readonly files: readonly string[];
  readonly from: number;
  readonly end: number;
  /** Where files go whose rows differ. */
  readonly out: string;
}

/** `failed`: our reader threw what is no refusal. */
export type Verdict = 'equal' | 'refused by us' | 'refused by DuckDB' | 'refused by both' | 'DIFFERS' | 'failed';

export interface Report {
  readonly number: number;
  readonly verdict: Verdict;
  /** For verdicts that a person has to look at. */
  readonly detail?: string;
}

process.once('message', (job: Job) => void runJob(job));

async function runJob({ reader, files, from, end, out }: Job): Promise<void> {
  const readDuck = await openDuckDb(reader);
  const seeds: Seed[] = files.map((path) => ({ name: basename(path), bytes: new Uint8Array(readFileSync(path)) }));
  if (seeds.length === 0) seeds.push(...builtInSeeds());
  const columns = new Map<Seed, readonly ColumnDefinition[]>();
  for (const seed of seeds)
    columns.set(
      seed,
      (await declareColumns(seed.bytes)).flatMap(({ column }) => column ?? []),
    );
  const folder = mkdtempSync(join(tmpdir(), 'millrace-fuzz-'));
  const path = join(folder, 'mutation.parquet');
  for (let number = from; number < end; number++) {
    const mutation = mutate(seeds, number);
    writeFileSync(path, mutation.bytes);
    const report = await judge(mutation, path, columns.get(mutation.seed) ?? [], readDuck);
    if (report.detail !== undefined) {
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, `${number}-${mutation.seed.name}.parquet`), mutation.bytes);
    }
    process.send?.({ number, ...report } satisfies Report);
  }
  rmSync(folder, { recursive: true });
  process.disconnect?.();
}

async function judge(
  { seed, bytes, changes }: Mutation,
  path: string,
  columns: readonly ColumnDefinition[],
  readDuck: DuckReader,
): Promise<Omit<Report, 'number'>> {
  let ours: Outcome;
  try {
    ours = await readOurs(bytes, columns);
  } catch (error) {
    return { verdict: 'failed', detail: `${seed.name}, ${changes.join(', ')}: ${messageOf(error)}` };
  }
  const theirs = await readDuck(path, columns);
  if ('refused' in ours) return { verdict: 'refused' in theirs ? 'refused by both' : 'refused by us' };
  // After some faults it refuses everything until it is opened anew, which the parent does.
  if ('refused' in theirs && theirs.refused.includes('database has been invalidated')) process.exit(1);
  if ('refused' in theirs) return { verdict: 'refused by DuckDB' };
  const difference = findDifference(ours, theirs);
  if (difference === undefined) return { verdict: 'equal' };
  return { verdict: 'DIFFERS', detail: `${seed.name}, ${changes.join(', ')}: ${difference}` };
}
