/**
 * What streams of live events cost, and that they lose nothing.
 *
 *   node dist/test/bench/live.js [--listeners 1000] [--changes 20000] [--rate 250] [--idle 15]
 *
 * Method. The real API process with its standard settings runs on a database of its own, on the embedded server. First it is
 * looked at for `--idle` seconds each with no listener, with one, and with all `--listeners`, which want all changes and are in one
 * process of their own: transactions of the database (a statement of the API is one) by pg_stat_database, less our own, and CPU
 * by `/proc`. Then `--changes` files are inserted into the ledger, `--rate` a second, in transactions of up to 25, with one long
 * transaction beside them whose 500 rows are committed after ten seconds. After a third all connections are cut within two seconds; after two
 * thirds the API is killed with SIGKILL and started again. Listeners come back after one to three seconds with the id of their last whole
 * event, as browsers do. In the end each must have each change once.
 *
 * The latency of a change is the time from the return of its COMMIT until a listener has its text, in 20 of the listeners; those of the four
 * seconds after either cut are left out, as who is away cannot hear. Clients, database and API share the machine's cores. Compare figures of one
 * machine and hour.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { transaction } from '#database/pool.js';
import { type AppProcess, startApp } from '../helpers/child.js';
import { findFreePort } from '../helpers/free-port.js';
import type { Report } from './live/listeners.js';
import { freshDatabase, startBenchServer } from './load/server.js';
import { ProcessMeter, postgresRole, readProcess } from './process-figures.js';

const { values } = parseArgs({
  options: {
    listeners: { type: 'string', default: '1000' },
    changes: { type: 'string', default: '20000' },
    rate: { type: 'string', default: '250' },
    idle: { type: 'string', default: '15' },
  },
});
const listenerCount = Number(values.listeners);
const changes = Number(values.changes);
const rate = Number(values.rate);
const idleSeconds = Number(values.idle);
const perTransaction = 25;
const longRows = Math.min(500, Math.floor(changes / 4));

const print = (what: string, value: string | number): void =>
  void process.stdout.write(`${what.padEnd(50)} ${value}\n`);

const folder = await mkdtemp(join(tmpdir(), 'millrace-live-'));
const server = await startBenchServer(join(folder));
const databaseUrl = await freshDatabase(server, 'live', true);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 4, application_name: 'bench' });
pool.on('error', () => {});
const port = await findFreePort();
const env = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  DATABASE_URL: databaseUrl,
  PORT: String(port),
  INBOX_DIR: join(folder, 'inbox'),
  DATA_DIR: join(folder, 'data'),
  MAX_LISTENERS: String(listenerCount + 10),
  MAX_CONNECTIONS: String(2 * listenerCount + 100),
  LOG_FORMAT: 'json',
};
const url = `http://127.0.0.1:${port}/api/events?kind=file`;
let api: AppProcess = await startApp('api', 'api', env);
const apiPids = new Set([api.pid]);
const clients = fork(fileURLToPath(new URL('live/listeners.js', import.meta.url)), { execArgv: [] });

/** Transactions of the database, and sessions of the API. */
async function database(): Promise<{ transactions: number; sessions: number }> {
  // What sessions count is written within a second of their last statement.
  await pause(1_500);
  const { rows } = await pool.query<{ transactions: number; sessions: number }>(
    `SELECT (xact_commit + xact_rollback)::float8 AS transactions,
       (SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'millrace api') AS sessions
     FROM pg_stat_database WHERE datname = current_database()`,
  );
  return rows[0] ?? { transactions: 0, sessions: 0 };
}

async function lookAtIdle(what: string): Promise<void> {
  const before = await database();
  const cpuBefore = readProcess(api.pid)?.cpuSeconds ?? 0;
  const began = performance.now();
  await pause(idleSeconds * 1000);
  const cpu = (readProcess(api.pid)?.cpuSeconds ?? 0) - cpuBefore;
  const seconds = (performance.now() - began) / 1000;
  const after = await database();
  const all = (performance.now() - began) / 1000;
  print(
    `idle, ${what}`,
    `${((after.transactions - before.transactions) / all).toFixed(2)} transactions/s, ${after.sessions} sessions, ` +
      `API ${((100 * cpu) / seconds).toFixed(1)} % of a core, ${Math.round((readProcess(api.pid)?.privateBytes ?? 0) / 2 ** 20)} MB private`,
  );
}

async function openListeners(count: number): Promise<void> {
  clients.send({ url, open: count, changes });
  await once(clients, 'message');
}

/** When each change was committed. */
const committed = new Float64Array(changes);
const cuts: number[] = [];

async function insert(from: number, count: number, before: () => Promise<unknown> = async () => {}): Promise<void> {
  await transaction(pool, async (tx) => {
    await tx.query(
      `INSERT INTO ops.file (path, size, mtime_ns, state) SELECT 'c' || lpad(n::text, 8, '0'), 1, 1, 'arriving'
       FROM generate_series($1::int, $2::int) n`,
      [from, from + count - 1],
    );
    await before();
  });
  const now = Date.now();
  for (let n = from; n < from + count; n++) committed[n] = now;
}

async function writeChanges(): Promise<void> {
  const long = insert(0, longRows, () => pause(10_000));
  const began = performance.now();
  const steps = [[1 / 3, () => clients.send({ cut: 2_000 })] as const, [2 / 3, () => void restartApi()] as const].map(
    ([share, step]) => ({ at: share * changes, step, done: false }),
  );
  for (let n = longRows; n < changes; n += perTransaction) {
    for (const each of steps) {
      if (each.done || n < each.at) continue;
      each.done = true;
      cuts.push(Date.now());
      each.step();
    }
    await insert(n, Math.min(perTransaction, changes - n));
    await pause(((n - longRows) / rate) * 1000 - (performance.now() - began));
  }
  await long;
}

async function restartApi(): Promise<void> {
  api.signal('SIGKILL');
  await api.exited;
  api = await startApp('api', 'api', env);
  apiPids.add(api.pid);
}

async function report(): Promise<Report> {
  clients.send({ report: true });
  const [found]: Report[] = await once(clients, 'message');
  if (!found) throw new Error('expected a report of the listeners, got nothing');
  return found;
}

function latencies({ arrivals }: Report): number[] {
  return arrivals
    .filter(
      ([change]) => !cuts.some((cut) => (committed[change] ?? 0) > cut - 500 && (committed[change] ?? 0) < cut + 4_500),
    )
    .map(([change, at]) => at - (committed[change] ?? 0))
    .sort((a, b) => a - b);
}

try {
  print('machine', `${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} before`);
  print('server', server.description);
  await lookAtIdle('nobody listens');
  await openListeners(1);
  await lookAtIdle('one listener');
  const opening = performance.now();
  await openListeners(listenerCount);
  print(`${listenerCount} listeners opened in`, `${((performance.now() - opening) / 1000).toFixed(1)} s`);
  await lookAtIdle(`${listenerCount} listeners`);
  const { postmaster } = server;
  const meter = new ProcessMeter((process) => {
    if (apiPids.has(process.pid)) return 'API';
    if (process.pid === clients.pid) return 'listeners';
    return postmaster === undefined ? undefined : postgresRole(postmaster, process);
  });
  const before = await database();
  const began = performance.now();
  await writeChanges();
  const writing = (performance.now() - began) / 1000;
  let found = await report();
  // Until nothing more comes: who shares the cores with others may have much to catch up with.
  for (let quiet = 0; found.missing > 0 && quiet < 60; quiet++) {
    await pause(500);
    const later = await report();
    if (later.missing < found.missing) quiet = 0;
    found = later;
  }
  const seconds = (performance.now() - began) / 1000;
  const figures = meter.stop();
  const after = await database();
  const times = latencies(found);
  const at = (share: number): string => `${times[Math.floor(share * (times.length - 1))]} ms`;
  print('changes × listeners', `${changes} × ${listenerCount} = ${changes * listenerCount} events`);
  print('missing, doubled, resets', `${found.missing}, ${found.doubled}, ${found.resets}`);
  print('connections in all', found.connections);
  print('written in, all heard after', `${writing.toFixed(1)} s, ${seconds.toFixed(1)} s`);
  print(
    'from COMMIT to arrival',
    `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, most ${at(1)} (${times.length} events)`,
  );
  print('sessions of the API', after.sessions);
  print(
    'transactions',
    `${((after.transactions - before.transactions) / seconds).toFixed(1)}/s, of which ours ${(changes / perTransaction / seconds).toFixed(1)}/s`,
  );
  for (const { role, cpuSeconds, peakBytes, privatePeakBytes } of figures.roles) {
    print(
      role,
      `${cpuSeconds.toFixed(1)} CPU s (${((100 * cpuSeconds) / seconds).toFixed(0)} % of a core), ` +
        `peak ${Math.round(peakBytes / 2 ** 20)} MB, private ${Math.round(privatePeakBytes / 2 ** 20)} MB`,
    );
  }
  print('load after', loadavg()[0]?.toFixed(1) ?? '');
} finally {
  clients.disconnect();
  api.signal('SIGTERM');
  await api.exited;
  await pool.end();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit();
