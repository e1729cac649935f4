// npm run compare:parquet -- --reader folder [--out file.json] file or folder …: reads every column of parquet files with our
// reader and with DuckDB (`npm install --prefix folder @duckdb/node-api`), and prints a table of what came out.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { BadInputError } from '#contracts/errors.js';
import { type Declared, declareColumns } from './declare.js';
import { digestOf } from './digest.js';
import { openDuckDb } from './duckdb.js';
import { readOurs } from './our-reader.js';
import { findDifference, type Outcome } from './outcome.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { reader: { type: 'string' }, out: { type: 'string' } },
});
if (options.reader === undefined || positionals.length === 0) {
  console.error('expected --reader <folder with @duckdb/node-api> and files or folders to compare');
  process.exit(2);
}
const readDuck = await openDuckDb(options.reader);
const counts = new Map<string, number>();
const expectations: Record<string, Record<string, string>> = {};

for (const path of positionals.flatMap(filesOf)) {
  const bytes = new Uint8Array(readFileSync(path));
  for (const declared of await declaredIn(bytes)) {
    const [verdict, detail, expected] = await compareColumn(path, bytes, declared);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    const file = basename(path);
    expectations[file] = { ...expectations[file], [declared.name]: expected };
    console.log([file, declared.name, verdict, detail].join('\t'));
  }
}
console.log([...counts].map(([verdict, count]) => `${verdict}: ${count}`).join(', '));
if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(expectations, null, 2)}\n`);

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name.includes('.parquet') && !name.endsWith('.json'))
    .map((name) => join(path, name));
}

async function declaredIn(bytes: Uint8Array): Promise<Declared[]> {
  try {
    return await declareColumns(bytes);
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    return [{ name: '*', reason: `${error.code}: ${error.message}` }];
  }
}

/** The verdict, its detail, and what a test may expect: a digest of the values, or the code of the refusal. */
async function compareColumn(
  path: string,
  bytes: Uint8Array,
  { column, reason = '' }: Declared,
): Promise<[verdict: string, detail: string, expected: string]> {
  const ours: Outcome = column === undefined ? { refused: reason } : await readOurs(bytes, [column]);
  if ('refused' in ours) return ['refused', ours.refused, ours.refused.slice(0, ours.refused.indexOf(':'))];
  const theirs: Outcome = column === undefined ? { refused: '' } : await readDuck(path, [column]);
  if ('refused' in theirs) return ['only ours', theirs.refused, digestOf(ours.columns)];
  const difference = findDifference(ours, theirs);
  return [difference === undefined ? 'equal' : 'DIFFERS', difference ?? column?.type ?? '', digestOf(theirs.columns)];
}
