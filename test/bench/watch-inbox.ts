/**
 * What the watcher costs when many files come at once, and when it looks again at an inbox full of known ones.
 *
 *   node dist/test/bench/watch-inbox.js [--files 43201] [--size 2000] [--known 0] [--idle 10]
 *
 * Method. `--files` files of `--size` random bytes, all different, named by minute as the data sample's are, are made
 * beside the inbox. With `--known`, that number of empty files is made in the inbox and entered in the ledger as
 * loaded. The real watcher process then starts with its standard settings (SETTLE_MS, SCAN_INTERVAL_MS, BATCH_FILES) on
 * a database of its own; no worker runs, so the times are the watcher's alone. Once its first scan is done, the files
 * are renamed into the inbox one after the other, as `mv` does. Times are those that the ledger recorded, from before
 * the first rename. CPU seconds (user and system) and the peak of resident memory are the kernel's, of the watcher and
 * of its PostgreSQL sessions; the latter only where the server runs on this machine. The idle share is taken over
 * `--idle` seconds without a scan. Then the watcher is started anew: its first scan is the rescan of all that is known.
 * The database is the one of TEST_DATABASE_SERVER, else the embedded one. Compare figures of one machine and hour.
 */
import { readFileSync } from 'node:fs';
import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { dataSampleFileName } from '#samples/parquet.js';
import { withTestDatabase } from '../helpers/database.js';
import { count } from '../helpers/ledger.js';
import { createPlatform, type Platform, runPlatform } from '../helpers/platform.js';
import { waitFor } from '../helpers/wait.js';

const firstMinute = Date.UTC(2023, 0, 1);
/** What the kernel counts CPU time in: a hundredth of a second on every Linux that Node runs on. */
const ticksPerSecond = 100;
const longWait = { deadlineMs: 1_800_000 };

const print = (what: string, value: string): void => void process.stdout.write(`${what.padEnd(44)} ${value}\n`);
const seconds = (value: number): string => `${value.toFixed(2)} s`;

/** CPU seconds of a process so far; undefined when it is not of this machine, or gone. */
function cpuOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

/** Peak of resident memory in MiB. */
function peakOf(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) / 1024;
}

/** Adds up the CPU of the watcher and of its sessions; sessions that end keep what they were last seen with. */
class CpuMeter {
  readonly #platform: Platform;
  readonly #sessions = new Map<number, number>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  async read(): Promise<{ watcher: number; sessions: number }> {
    const { rows } = await this.#platform.pool.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'millrace watcher%'`,
    );
    for (const { pid } of rows) this.#sessions.set(pid, cpuOf(pid) ?? 0);
    return {
      watcher: cpuOf(this.#platform.process('watcher').pid) ?? 0,
      sessions: [...this.#sessions.values()].reduce((sum, each) => sum + each, 0),
    };
  }
}

/** Waits until the watcher has countLines of a whole scan, and gives back what it said. */
async function scanDone(platform: Platform): Promise<string> {
  return await waitFor(
    'the scan is done',
    async () =>
      platform
        .process('watcher')
        .lines()
        .find((line) => line.includes('"scanMs"')),
    longWait,
  );
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      files: { type: 'string', default: '43201' },
      size: { type: 'string', default: '2000' },
      known: { type: 'string', default: '0' },
      idle: { type: 'string', default: '10' },
    },
  });
  const [files, size, known, idle] = [values.files, values.size, values.known, values.idle].map(Number);
  if (files === undefined || size === undefined || known === undefined || idle === undefined || !(files > 0)) {
    throw new Error('expected numbers: --files 43201 --size 2000 --known 500000 --idle 10');
  }
  await withTestDatabase(async ({ url }) => {
    const env = { SETTLE_MS: '1500', SCAN_INTERVAL_MS: '30000', LOG_LEVEL: 'debug' };
    const platform = await createPlatform({ databaseUrl: url, workers: 0, env });
    await runPlatform(platform, () => measure(platform, { files, size, known, idle }));
  });
}

interface Amounts {
  readonly files: number;
  readonly size: number;
  readonly known: number;
  readonly idle: number;
}

async function measure(platform: Platform, { files, size, known, idle }: Amounts): Promise<void> {
  const { inbox, pool } = platform;
  const staging = join(inbox.dir, '..', 'staging');
  await mkdir(join(inbox.dir, 'new'));
  if (known > 0) await makeKnown(pool, join(inbox.dir, 'known'), known);
  const bytes = Buffer.alloc(size, 'millrace ');
  for (let n = 0; n < files; n += 1) {
    bytes.write(String(n).padStart(Math.min(size, 12)));
    await writeFile(join(staging, nameOf(n)), bytes);
  }
  print('files to come, bytes each, files known', `${files}, ${size}, ${known}`);

  await platform.start('watcher');
  await scanDone(platform);
  const { pid } = platform.process('watcher');
  const meter = new CpuMeter(platform);
  const before = await meter.read();
  const { rows } = await pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const start = rows[0]?.now;
  for (const name of (await readdir(staging)).sort()) await rename(join(staging, name), join(inbox.dir, 'new', name));
  await waitFor(
    'every file is in a run',
    async () => {
      await meter.read();
      return (await count(pool, `SELECT count(*) FROM ops.file WHERE state = 'loading'`)) === files ? true : undefined;
    },
    longWait,
  );
  const after = await meter.read();
  const since = async (what: string, moment: string): Promise<void> =>
    print(what, seconds(await count(pool, `SELECT extract(epoch FROM ${moment} - $1::timestamptz)`, [start])));
  await since('first run recorded after', '(SELECT min(created_at) FROM ops.run)');
  await since('all in the ledger after', `(SELECT max(seen_at) FROM ops.file WHERE state = 'loading')`);
  await since('all settled after', '(SELECT max(settled_at) FROM ops.file)');
  await since('all in runs after', '(SELECT max(created_at) FROM ops.run)');
  print('runs', String(await count(pool, 'SELECT count(*) FROM ops.run')));
  printCpu('CPU of it', before, after, files);

  const [quiet, still] = await idleTime(platform, meter, idle);
  const share = (from: number, to: number): string => `${(((to - from) / idle) * 100).toFixed(1)} %`;
  print(
    'idle: watcher, its PostgreSQL sessions',
    `${share(quiet.watcher, still.watcher)}, ${share(quiet.sessions, still.sessions)}`,
  );
  print("watcher's peak memory", `${peakOf(pid).toFixed(0)} MiB`);

  await platform.end('watcher', 'SIGTERM');
  await platform.start('watcher');
  const again = new CpuMeter(platform);
  const line = await scanDone(platform);
  printCpu('CPU of a start with one rescan', { watcher: 0, sessions: 0 }, await again.read(), files + known);
  print('rescan took', `${/"scanMs":(\d+)/.exec(line)?.[1]} ms`);
  print("watcher's peak memory", `${peakOf(platform.process('watcher').pid).toFixed(0)} MiB`);
}

/** CPU at both ends of a time in which no scan ran; the one that a burst of events asks for comes first. */
async function idleTime(platform: Platform, meter: CpuMeter, length: number): Promise<[Cpu, Cpu]> {
  const countLines = (what: string): number =>
    platform
      .process('watcher')
      .lines()
      .filter((line) => line.includes(what)).length;
  for (;;) {
    await pause(2_000);
    const begun = countLines('scan begins');
    if (begun !== countLines('"scanMs"')) continue;
    const before = await meter.read();
    await pause(length * 1000);
    if (countLines('scan begins') === begun) return [before, await meter.read()];
  }
}

type Cpu = Awaited<ReturnType<CpuMeter['read']>>;

function printCpu(what: string, before: Cpu, after: Cpu, files: number): void {
  for (const who of ['watcher', 'sessions'] as const) {
    const used = after[who] - before[who];
    print(`${what}: ${who}`, `${seconds(used)}, ${((used / files) * 1e6).toFixed(0)} µs per file`);
  }
}

const nameOf = (n: number): string => dataSampleFileName(new Date(firstMinute + n * 60_000), 'colons');

/** Files that the ledger has as loaded. */
async function makeKnown(pool: pg.Pool, folder: string, known: number): Promise<void> {
  await mkdir(folder);
  for (let from = 0; from < known; from += 10_000) {
    const names = Array.from({ length: Math.min(10_000, known - from) }, (_, n) => `old ${nameOf(from + n)}`);
    const mtimes: bigint[] = [];
    for (const name of names) {
      await writeFile(join(folder, name), '');
      mtimes.push((await stat(join(folder, name), { bigint: true })).mtimeNs);
    }
    await pool.query(
      `INSERT INTO ops.file (path, source, size, mtime_ns, sha256, state, rows, settled_at, ended_at)
       SELECT 'known/' || name, 'data-sample', 0, mtime, encode(sha256(name::bytea), 'hex'), 'loaded', 1, now(), now()
       FROM unnest($1::text[], $2::bigint[]) AS f (name, mtime)`,
      [names, mtimes],
    );
  }
  await pool.query('VACUUM (ANALYZE) ops.file');
}

await main();
