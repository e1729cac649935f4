// npm run fuzz:parquet -- --reader folder [--mutations 10000] [--from 0] [--out folder] [file …]: damages small parquet files
// and reads each with our reader and with DuckDB (`npm install --prefix folder @duckdb/node-api`). Rows that both read must
// be equal. A mutation is its number: pieces of a long run are made with --from. Reading happens in a child process, as
// DuckDB may crash or hang.
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { Job, Report, Verdict } from './fuzz-child.js';

/** A mutation that takes longer is taken for hanging. */
const hangMs = 30_000;
const reportEvery = 10_000;

const { values: options, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    reader: { type: 'string' },
    mutations: { type: 'string', default: '10000' },
    from: { type: 'string', default: '0' },
    out: { type: 'string', default: 'parquet-differences' },
  },
});
const from = Number(options.from);
const end = from + Number(options.mutations);
if (options.reader === undefined || !Number.isSafeInteger(from) || !Number.isSafeInteger(end)) {
  console.error('expected --reader <folder with @duckdb/node-api>, --mutations and --from as whole numbers');
  process.exit(2);
}

const counts = new Map<Verdict | 'DuckDB crashed' | 'hung', number>();
const count = (verdict: Verdict | 'DuckDB crashed' | 'hung') => counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
const started = performance.now();
let next = from;
while (next < end) {
  const ending = await runPiece({ reader: options.reader, files, from: next, end, out: options.out });
  if (ending === 'done') continue;
  console.log(`mutation ${next}: ${ending}`);
  count(ending);
  next++;
}
printCounts();
if ((counts.get('DIFFERS') ?? 0) > 0 || (counts.get('failed') ?? 0) > 0) process.exitCode = 1;

/** Runs a child until it is done, crashes or hangs; `next` is then the first mutation without a verdict. */
function runPiece(job: Job): Promise<'done' | 'DuckDB crashed' | 'hung'> {
  return new Promise((resolve) => {
    const child = fork(new URL('./fuzz-child.js', import.meta.url), { stdio: ['ignore', 'inherit', 'ignore', 'ipc'] });
    let hung = false;
    const stop = (): void => {
      hung = true;
      child.kill('SIGKILL');
    };
    let timer = setTimeout(stop, hangMs);
    child.on('message', ({ number, verdict, detail }: Report) => {
      clearTimeout(timer);
      timer = setTimeout(stop, hangMs);
      next = number + 1;
      count(verdict);
      if (detail !== undefined) console.log(`mutation ${number}: ${verdict}: ${detail}`);
      if (next % reportEvery === 0) printCounts();
    });
    child.on('exit', () => {
      clearTimeout(timer);
      resolve(next >= end ? 'done' : hung ? 'hung' : 'DuckDB crashed');
    });
    child.send(job);
  });
}

function printCounts(): void {
  const seconds = (performance.now() - started) / 1000;
  const parts = [...counts].sort().map(([verdict, times]) => `${verdict} ${times}`);
  console.log(`${from} to ${next - 1}: ${parts.join(', ')} (${Math.round((next - from) / seconds)} per second)`);
}
