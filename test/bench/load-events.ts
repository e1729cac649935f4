/**
 * How fast JSON events get from files into PostgreSQL, compared with what the server can take:
 *
 *   node dist/test/bench/load-events.js [--bytes 200e6] [--layout object|array|ndjson|many] [--files 20000]
 *                                       [--bad 0.001] [--indexes]
 *
 * Method. A file of detection events is generated (packages/samples), or with `many` that number of files of one event
 * each. In one run, on one server (TEST_DATABASE_SERVER, else an embedded one), each into a database of its own:
 *
 *   read    the events are read in this process and dropped: CPU seconds
 *   encode  the same, and their rows are written as COPY bytes, which are dropped
 *   limit   `psql \copy … binary` of the same rows, encoded before (not timed) into one file in the system's cache, in
 *           one COPY, into the same table with the same indexes; our own COPY where there is no psql
 *   ours    a real watcher and a real worker run, then the files appear in the inbox. Timed twice: the load from the
 *           run's first begin to its last commit, which is the ratio, and all of it from the files' appearance until
 *           they are loaded, which has the wait for a file to stand still and its hash in it.
 *
 * `--indexes` loads the limit once more without indexes and with each of them alone, to see what each one costs.
 * CPU and memory are read from /proc; "peak" is the largest resident memory (VmHWM) of a process.
 * Compare ratios of one run, not figures of two: machines differ by the hour.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { CopyBinaryWriter } from '#database/copy/binary.js';
import { CopyIn } from '#database/copy/copy-in.js';
import { readEvents } from '#events/read-events.js';
import { fileChunks } from '#inbox/file-chunks.js';
import { writeEventRows } from '#loading/load-events.js';
import { type BigEventLayout, bigEventLayouts, writeBigEvents } from '#samples/big-events.js';
import { detectionEvent } from '#samples/events.js';
import { createRandom } from '#samples/random.js';
import { detections } from '#tasks/load-objects-detection/body.js';
import { withTestDatabase } from '../helpers/database.js';
import { waitUntilQuiet } from '../helpers/ledger.js';
import { createPlatform, runPlatform } from '../helpers/platform.js';
import { testServerUrl } from '../helpers/postgres.js';
import { ProcessMeter, type RoleOf } from './process-figures.js';

const { values: options } = parseArgs({
  options: {
    bytes: { type: 'string', default: '200e6' },
    layout: { type: 'string', default: 'object' },
    files: { type: 'string', default: '20000' },
    bad: { type: 'string', default: '0' },
    indexes: { type: 'boolean', default: false },
  },
});

/** What the files hold together. */
interface Input {
  readonly paths: readonly string[];
  readonly bytes: number;
  readonly events: number;
  readonly rows: number;
}

const dir = await mkdtemp(join(tmpdir(), 'millrace-bench-events-'));
try {
  const input = options.layout === 'many' ? await manyFiles(Number(options.files)) : await oneFile();
  print(
    `${options.layout}: ${input.paths.length} files, ${whole(input.events)} events, ${whole(input.rows)} rows, ${mega(input.bytes)} MB`,
  );
  await measure('read', input, async () => {
    for (const path of input.paths) {
      await withFile(path, async (file) => {
        for await (const _ of readEvents(fileChunks(file), detections.shape));
      });
    }
  });
  await measure('encode', input, async () => {
    for await (const _ of encoded(input));
  });
  const copyFile = join(dir, 'rows.copy');
  await writeCopyFile(copyFile, input);
  const limit = await loadLimit('limit', input, copyFile);
  if (options.indexes) await measureIndexes(input, copyFile);
  const ours = await loadWithProduct(input);
  print(`ours / limit: ${(limit / ours).toFixed(2)}`);
} finally {
  await rm(dir, { recursive: true });
}

async function oneFile(): Promise<Input> {
  const layout = bigEventLayouts.find((each) => each === options.layout);
  if (!layout) throw new Error(`--layout is ${options.layout}: expected ${bigEventLayouts.join(', ')} or many`);
  const path = join(dir, `objects_detection.${extensionOf(layout)}`);
  return {
    ...(await writeBigEvents(path, { layout, bytes: Number(options.bytes), badShare: Number(options.bad) })),
    paths: [path],
  };
}

function extensionOf(layout: BigEventLayout): string {
  return layout === 'ndjson' ? 'ndjson' : 'json';
}

async function manyFiles(count: number): Promise<Input> {
  const random = createRandom(1, 'bench of small files');
  const input = { paths: [] as string[], bytes: 0, events: count, rows: 0 };
  await mkdir(join(dir, 'many'));
  for (let n = 0; n < count; n += 1) {
    const event = detectionEvent(random);
    const text = JSON.stringify({ objects_detection_events: [{ ...event, vehicle_id: `vehicle ${n}` }] });
    const path = join(dir, 'many', `objects_detection_${n}.json`);
    await writeFile(path, text);
    input.paths.push(path);
    input.bytes += text.length;
    input.rows += event.detections.length;
  }
  return input;
}

async function withFile<T>(
  path: string,
  work: (file: Parameters<typeof fileChunks>[0] & { id: bigint }) => Promise<T>,
): Promise<T> {
  const handle = await open(path);
  try {
    return await work({ id: 1n, content: handle, size: (await handle.stat()).size });
  } finally {
    await handle.close();
  }
}

/** The rows of all files as tuples; all of one file id, numbered on through the files. */
async function* encoded({ paths }: Input): AsyncGenerator<Buffer> {
  const copy = new CopyBinaryWriter();
  let ordinal = 0;
  const table: typeof detections = { ...detections, write: (to, row, id) => detections.write(to, row, id, ordinal++) };
  for (const path of paths) {
    const handle = await open(path);
    const file = { id: 1n, content: handle, size: (await handle.stat()).size };
    for await (const _ of writeEventRows(copy, file, table, new AbortController().signal)) yield* copy.takeFilled();
    await handle.close();
  }
  yield* copy.takeAll();
}

/** Writes what `psql` takes: packages/database/copy describes the format. */
async function writeCopyFile(path: string, input: Input): Promise<void> {
  const handle = await open(path, 'w');
  await handle.write(Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1'));
  for await (const chunk of encoded(input)) await handle.write(chunk);
  await handle.write(Buffer.from([0xff, 0xff]));
  await handle.close();
}

/** Seconds that the server takes for the rows. @param prepare changes the table first */
async function loadLimit(name: string, input: Input, copyFile: string, prepare = ''): Promise<number> {
  let seconds = 0;
  await withTestDatabase(async ({ url, pool }) => {
    await pool.query(prepare);
    await checkpoint();
    const meter = new ProcessMeter(serverRole(url));
    const begin = performance.now();
    if (spawnSync('psql', ['--version']).status === 0) await copyWithPsql(url, copyFile);
    else await copyOurselves(url, copyFile);
    seconds = (performance.now() - begin) / 1000;
    report(name, input, seconds);
    printProcesses(meter);
  });
  return seconds;
}

/** The databases' owner may not. */
async function checkpoint(): Promise<void> {
  const client = new pg.Client({ connectionString: await testServerUrl() });
  await client.connect();
  await client.query('CHECKPOINT');
  await client.end();
}

async function copyWithPsql(url: string, path: string): Promise<void> {
  const command = `\\copy ${detections.table} (${detections.columns.join(', ')}) from '${path}' with (format binary)`;
  const child = spawn('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', command], { stdio: 'inherit' });
  const [code]: unknown[] = await once(child, 'exit');
  if (code !== 0) throw new Error(`psql ended with ${String(code)}; see above`);
}

async function copyOurselves(url: string, path: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const copy = new CopyIn(client, detections);
  // What stands before and after the tuples is sent by the copy itself.
  const { size } = await stat(path);
  for await (const chunk of createReadStream(path, { start: 19, end: size - 3, highWaterMark: 256 * 1024 })) {
    if (Buffer.isBuffer(chunk)) await copy.write(chunk);
  }
  await copy.end();
  await client.end();
}

async function measureIndexes(input: Input, copyFile: string): Promise<void> {
  const indexes = {
    objects_detection_pkey: 'PRIMARY KEY (file_id, ordinal)',
    objects_detection_by_vehicle: '(vehicle_id, detection_time, object_type, object_value)',
    objects_detection_by_type: '(object_type, detection_time, vehicle_id, object_value)',
    objects_detection_detection_time_idx: '(detection_time)',
  };
  const drop = (kept?: string): string =>
    Object.keys(indexes)
      .filter((name) => name !== kept)
      .map((name) =>
        name.endsWith('_pkey') ? `ALTER TABLE ${detections.table} DROP CONSTRAINT ${name}` : `DROP INDEX fleet.${name}`,
      )
      .join(';');
  await loadLimit('  no index', input, copyFile, drop());
  for (const [name, columns] of Object.entries(indexes)) await loadLimit(`  ${columns}`, input, copyFile, drop(name));
}

/** Seconds from the first begin of a run to the last commit. */
async function loadWithProduct(input: Input): Promise<number> {
  let seconds = 0;
  await withTestDatabase(async ({ url, pool }) => {
    await checkpoint();
    await runPlatform(await createPlatform({ databaseUrl: url }), async (platform) => {
      await platform.start();
      const roles = new Map([
        [platform.process('watcher').pid, 'watcher'],
        [platform.process('worker-1').pid, 'worker'],
      ]);
      const ofServer = serverRole(url);
      const meter = new ProcessMeter((each) => roles.get(each.pid) ?? ofServer(each));
      const begin = performance.now();
      if (input.paths.length > 1) await rename(join(dir, 'many'), platform.inbox.at('many'));
      else for (const path of input.paths) await rename(path, platform.inbox.at(path.slice(dir.length + 1)));
      await waitUntilQuiet(pool, input.paths.length, { deadlineMs: 3_600_000 });
      report('ours, from the inbox', input, (performance.now() - begin) / 1000);
      const { rows } = await pool.query<{ seconds: number; runs: number; loaded: number }>(
        `SELECT extract(epoch FROM max(ended_at) - min(started_at))::float AS seconds, count(*)::int AS runs,
           (SELECT count(*)::int FROM ${detections.table}) AS loaded
         FROM ops.attempt`,
      );
      seconds = rows[0]?.seconds ?? 0;
      report(`ours, ${rows[0]?.runs} runs`, input, seconds);
      if (rows[0]?.loaded !== input.rows) throw new Error(`expected ${input.rows} rows, ${rows[0]?.loaded} are there`);
      printProcesses(meter);
    });
  });
  return seconds;
}

/** Sessions of the server in one database, if it runs on this machine; others may use the server meanwhile. */
function serverRole(url: string): RoleOf {
  const database = new URL(url).pathname.slice(1);
  return ({ command }) => (command.startsWith('postgres:') && command.includes(database) ? 'postgres' : undefined);
}

function printProcesses(meter: ProcessMeter): void {
  for (const { role, cpuSeconds, peakBytes } of meter.stop().roles) {
    print(`  ${role}: ${cpuSeconds.toFixed(2)} CPU s, peak ${mega(peakBytes)} MB`);
  }
}

/** CPU seconds of this process. */
async function measure(name: string, input: Input, work: () => Promise<void>): Promise<void> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  report(`${name} (CPU)`, input, (user + system) / 1e6);
  const peak = /VmHWM:\s+(\d+)/.exec(await readFile('/proc/self/status', 'utf8').catch(() => ''))?.[1];
  if (peak !== undefined) print(`  peak ${mega(Number(peak) * 1024)} MB`);
}

function report(name: string, { events, rows, bytes }: Input, seconds: number): void {
  const figures = `${whole(events / seconds)} events/s  ${whole(rows / seconds)} rows/s  ${mega(bytes / seconds)} MB/s`;
  print(`${name.padEnd(30)} ${seconds.toFixed(2).padStart(7)} s  ${figures}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
