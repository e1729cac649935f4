import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from '#database/pool.js';
import { migrateCarrier } from '#queue/migrate.js';
import { type AppProcess, startApp } from '../../helpers/child.js';
import { findFreePort } from '../../helpers/free-port.js';
import { readProcess } from '../process-figures.js';

/** Runs a second of the stream that goes on meanwhile. */
const rate = 40;
/** For so long the stream runs alone. */
const aloneMs = 30_000;

/** Paths of the API that are asked by people and tools all day. */
const paths = ['/api/overview', '/metrics', '/api/runs', '/api/logs?limit=50'];

/**
 * What a long history costs those who operate the platform: a real API and a real worker run on it, and answer; then the oldest
 * month goes (task `trim-history`, into the lake) while a stream of runs goes on.
 * @param calls of each path
 */
export async function operate(pool: Pool, databaseUrl: string, calls: number): Promise<void> {
  // Nobody knows the tasks of the generated runs that are open.
  await pool.query(
    `UPDATE ops.run SET state = 'cancelled', ended_at = now() WHERE state IN ('queued', 'delayed', 'waiting', 'running')`,
  );
  await migrateCarrier({ databaseUrl });
  const folder = await mkdtemp(join(tmpdir(), 'millrace-operate-'));
  const port = await findFreePort();
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    DATABASE_URL: databaseUrl,
    PORT: String(port),
    INBOX_DIR: join(folder, 'inbox'),
    DATA_DIR: join(folder, 'data'),
    LOG_FORMAT: 'json',
    ACCESS_LOG: 'off',
  };
  for (const name of ['inbox', 'data']) await mkdir(join(folder, name));
  const apps: AppProcess[] = [];
  try {
    for (const app of ['api', 'worker']) apps.push(await startApp(app, app, env));
    const api = `http://127.0.0.1:${port}`;
    for (const path of paths) await askOften(apps[0], api, path, calls);
    await trimMonth(pool, api);
  } finally {
    for (const app of apps) app.signal('SIGTERM');
    await Promise.all(apps.map((app) => app.exited));
    await rm(folder, { recursive: true, force: true });
  }
}

async function askOften(app: AppProcess | undefined, api: string, path: string, calls: number): Promise<void> {
  const cpu = (): number => readProcess(app?.pid ?? 0)?.cpuSeconds ?? 0;
  const times: number[] = [];
  const before = cpu();
  let bytes = 0;
  for (let call = 0; call < calls; call++) {
    const begin = performance.now();
    const answer = await fetch(api + path);
    bytes = (await answer.arrayBuffer()).byteLength;
    times.push(performance.now() - begin);
    if (!answer.ok) throw new Error(`GET ${path}: expected an answer, got ${answer.status}`);
  }
  const perCall = (((cpu() - before) * 1000) / calls).toFixed(1);
  console.log(`GET ${path}: ${shares(times)} ms, ${perCall} ms of the API's CPU, ${bytes} bytes`);
}

/** The fastest, the middle, 95 % and the slowest. */
function shares(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1);
  return `${at(0)} | ${at(0.5)} | ${at(0.95)} | ${at(1)}`;
}

/** @returns the run's id */
async function startTask(api: string, task: string, input: object): Promise<string> {
  const answer = await fetch(`${api}/api/tasks/${task}/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input }),
  });
  const body = (await answer.json()) as { id?: string };
  if (body.id === undefined)
    throw new Error(`POST ${task}: expected a run, got ${answer.status} ${JSON.stringify(body)}`);
  return body.id;
}

/** Runs one after the other, `rate` a second, until told to stop. */
function stream(api: string): () => Promise<string[]> {
  const ids: string[] = [];
  const starts: Promise<unknown>[] = [];
  const timer = setInterval(() => {
    starts.push(startTask(api, 'task2', { numbers: [1, 2, 3] }).then((id) => ids.push(id)));
  }, 1_000 / rate);
  return async () => {
    clearInterval(timer);
    await Promise.all(starts);
    return ids;
  };
}

/** Waits until runs have ended, and says how long they took from their record to their end. */
async function report(pool: Pool, what: string, ids: readonly string[]): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ ms: number | null }>(
      'SELECT (extract(epoch FROM ended_at - created_at) * 1000)::float8 AS ms FROM ops.run WHERE id = ANY ($1::uuid[])',
      [ids],
    );
    const times = rows.flatMap(({ ms }) => (ms === null ? [] : [ms]));
    if (times.length === ids.length) {
      console.log(`${what}: ${ids.length} runs, ${shares(times)} ms from record to end`);
      return;
    }
    await pause(200);
  }
}

/** Takes away what is left of the first month of the history, and the one after it. */
async function trimMonth(pool: Pool, api: string): Promise<void> {
  const { rows } = await pool.query<{ cut: Date }>(
    `SELECT date_trunc('month', (SELECT created_at FROM ops.run ORDER BY id LIMIT 1), 'UTC') + interval '2 months' AS cut`,
  );
  const cut = rows[0]?.cut ?? new Date();
  await addChanges(pool, cut);
  const alone = stream(api);
  await pause(aloneMs);
  await report(pool, 'a stream of runs alone', await alone());

  const days = Math.floor((Date.now() - cut.getTime()) / 86_400_000) - 1;
  const meanwhile = stream(api);
  const begin = performance.now();
  const trim = await startTask(api, 'trim-history', { logs: days, changes: days, runs: days });
  for (;;) {
    await pause(200);
    const run = (await (await fetch(`${api}/api/runs/${trim}`)).json()) as {
      state: string;
      output?: unknown;
      error?: unknown;
    };
    if (run.state === 'failed') throw new Error(`trim-history failed: ${JSON.stringify(run.error)}`);
    if (run.state !== 'succeeded') continue;
    console.log(`retention took ${((performance.now() - begin) / 1000).toFixed(1)} s: ${JSON.stringify(run.output)}`);
    break;
  }
  await report(pool, 'the stream meanwhile', await meanwhile());
}

/** The changes of the runs before a time, as if they had been kept and added up: three of each. */
async function addChanges(pool: Pool, before: Date): Promise<void> {
  await pool.query(`DO $$
    DECLARE month timestamptz;
    BEGIN
      FOR month IN SELECT DISTINCT date_trunc('month', at, 'UTC') FROM ops.run_tally WHERE grain = 'day' AND at < '${before.toISOString()}' LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS ops.%I PARTITION OF ops.run_change FOR VALUES FROM (%L) TO (%L)',
          'run_change_' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM'), month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
      END LOOP;
    END $$`);
  await pool.query(
    `INSERT INTO ops.run_change (xid, at, run_id, task, queue, trigger, recorded_at, was, state, attempt, cause, waited_ms, ran_ms)
     SELECT 3, created_at, id, task, queue, trigger, created_at, c.* FROM ops.run CROSS JOIN LATERAL (VALUES
       (NULL::ops.run_state, 'queued'::ops.run_state, 0, 'recorded', NULL::float8, NULL::float8),
       ('queued', 'running', 1, 'begun', 10, NULL), ('running', state, 1, 'returned', NULL, 5)) c
     WHERE created_at < $1`,
    [before],
  );
  await pool.query('ANALYZE ops.run_change');
}
