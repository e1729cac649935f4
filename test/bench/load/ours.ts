import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { finalRunStates } from '#contracts/states.js';
import { rowsPerSampleFile } from '#samples/data-sample-oracles.js';
import { waitFor } from '../../helpers/wait.js';
import { ProcessMeter } from '../process-figures.js';
import { fillInbox } from './files.js';
import type { BenchOptions } from './options.js';
import { checkOracles } from './oracles.js';
import { type Product, prepareProduct } from './product.js';
import { rateOf, type WayResult, whole } from './report.js';
import { type BenchServer, dropDatabase, freshDatabase, onDatabase, walPosition, walSince } from './server.js';
import { tableName } from './table.js';

const database = 'millrace_bench_ours';
/** Between two looks at the ledger; while many files are still to come, one a second. */
const lookMs = 100;

/** Milliseconds without a change of any file's state after which the bench gives up. */
const stalledSeconds = 180;

/**
 * Way b: the product. The files lie in the inbox when it starts; the clock runs from the moment its watcher is ready
 * until every file is in an end state. Runs that follow the loads (the star) are waited for and reported separately.
 */
export async function loadWithProduct(
  server: BenchServer,
  workDir: string,
  filesDir: string,
  options: BenchOptions,
): Promise<WayResult> {
  const { files, killEvery, idle } = options;
  // The supervisor migrates it, as it does for everybody.
  const url = await freshDatabase(server, database, false);
  const product = await prepareProduct(join(workDir, 'product'), server, url, options);
  try {
    await fillInbox(filesDir, product.inbox, files);
    const walBefore = await walPosition(url);
    const begin = await product.start();
    const meter = new ProcessMeter((process) => product.roleOf(process));
    const kills = killEvery === undefined ? undefined : killWorkers(product, killEvery);
    const { times, figures, atRest } = await onDatabase(url, async (client) => ({
      times: await waitUntilLoaded(client, files, begin, product),
      figures: meter.stop(),
      atRest: await waitUntilAtRest(client),
    })).finally(() => kills?.stop());
    const rows = files * rowsPerSampleFile;
    const seconds = times.end - begin / 1000;
    const notes = [
      `from the first file's sighting: ${(times.end - times.firstSeen).toFixed(2)} s, ` +
        `${whole(rateOf({ rows, seconds: times.end - times.firstSeen }))} rows/s`,
      await walSince(url, walBefore),
      `all files in the ledger after ${(times.allKnown - begin / 1000).toFixed(1)} s`,
    ];
    if (atRest > times.end + 1) notes.push(`no run open after ${(atRest - begin / 1000).toFixed(1)} s`);
    if (kills) notes.push(`workers killed: ${kills.count()}`);
    notes.push(...(await onDatabase(url, (client) => factsOf(client, files))));
    if (idle > 0) notes.push(await measureIdle(product, idle));
    if (options.oracles) notes.push(...(await onDatabase(url, (client) => checkOracles(client, files))));
    return { way: 'b', what: `ours, over ${options.carrier}`, files, rows, seconds, figures, notes };
  } finally {
    await product.stop();
    await dropDatabase(server, database);
  }
}

/** All in seconds since 1970. */
interface Times {
  readonly firstSeen: number;
  readonly allKnown: number;
  readonly end: number;
}

async function waitUntilLoaded(client: pg.Client, files: number, begin: number, product: Product): Promise<Times> {
  let allKnown: number | undefined;
  let nextLine = begin / 1000 + 10;
  let last = { said: '', at: begin / 1000 };
  for (;;) {
    const now = Date.now() / 1000;
    if (allKnown === undefined) {
      const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM ops.file');
      if ((rows[0]?.n ?? 0) >= files) allKnown = now;
      else await pause(files > 5000 ? 1000 - lookMs : 0);
    } else if (await areAllEnded(client)) {
      const { rows } = await client.query<{ at: number }>(
        'SELECT extract(epoch FROM min(seen_at))::float8 AS at FROM ops.file',
      );
      return { firstSeen: rows[0]?.at ?? Number.NaN, allKnown, end: now };
    }
    if (now > nextLine) {
      nextLine = now + 10;
      const { rows } = await client.query<{ said: string | null }>(
        `SELECT string_agg(n || ' ' || state, ', ') AS said
         FROM (SELECT state, count(*) AS n FROM ops.file GROUP BY 1 ORDER BY 1) each`,
      );
      const said = rows[0]?.said ?? 'no file yet';
      console.error(`  ${whole(now - begin / 1000)} s: ${said}`);
      if (said !== last.said) last = { said, at: now };
      // For example when workers are killed so often that none of them ever commits a batch.
      if (now > last.at + stalledSeconds) {
        throw new Error(
          `nothing has moved for ${stalledSeconds} s (${said}); the product says:\n${await product.said()}`,
        );
      }
    }
    await pause(lookMs);
  }
}

/** By the index on states: cheap, however many files there are. */
async function areAllEnded(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ busy: boolean }>(
    `SELECT EXISTS (SELECT FROM ops.file WHERE state IN ('arriving', 'settled', 'loading')) AS busy`,
  );
  return rows[0]?.busy === false;
}

/** @returns when no run was open any more, in seconds since 1970 */
async function waitUntilAtRest(client: pg.Client): Promise<number> {
  return await waitFor(
    'no run is open',
    async () => {
      const { rows } = await client.query<{ open: boolean }>(
        'SELECT EXISTS (SELECT FROM ops.run WHERE state <> ALL ($1::ops.run_state[])) AS open',
        [finalRunStates],
      );
      return rows[0]?.open === false ? Date.now() / 1000 : undefined;
    },
    { deadlineMs: 3_600_000 },
  );
}

/** What was recorded; throws when rows are missing, since the figures of such a run mean nothing. */
async function factsOf(client: pg.Client, files: number): Promise<string[]> {
  const found = await client.query<{ rows: string; loaded: number }>(
    `SELECT (SELECT count(*) FROM ${tableName}) AS rows, (SELECT count(*)::int FROM ops.file WHERE state = 'loaded') AS loaded`,
  );
  const [seen] = found.rows;
  if (seen?.loaded !== files || Number(seen.rows) !== files * rowsPerSampleFile) {
    throw new Error(
      `expected ${files} loaded files and ${files * rowsPerSampleFile} rows, got ${seen?.loaded} and ${seen?.rows}`,
    );
  }
  const { rows } = await client.query<{ said: string }>(
    `SELECT (SELECT count(*) FROM ops.run) || ' runs, attempts: ' ||
       (SELECT string_agg(n || ' ' || state, ', ') FROM (SELECT state, count(*) AS n FROM ops.attempt GROUP BY 1 ORDER BY 1) a) ||
       ', log lines: ' || (SELECT count(*) FROM ops.log) AS said`,
  );
  return [rows[0]?.said ?? ''];
}

/** Kills a worker at random now and then; the supervisor starts it again, sooner or later. */
function killWorkers(product: Product, everySeconds: number): { stop(): void; count(): number } {
  let count = 0;
  const timer = setInterval(() => {
    const alive = (product.state()?.processes ?? []).flatMap(({ name, state, pid }) =>
      name.startsWith('worker-') && state === 'running' && pid !== null ? [pid] : [],
    );
    const victim = alive[Math.floor(Math.random() * alive.length)];
    if (victim === undefined) return;
    try {
      process.kill(victim, 'SIGKILL');
      count += 1;
    } catch {
      // It ended by itself in this moment.
    }
  }, everySeconds * 1000);
  return { stop: () => clearInterval(timer), count: () => count };
}

/** What the processes do when there is nothing to do. */
async function measureIdle(product: Product, seconds: number): Promise<string> {
  const meter = new ProcessMeter((process) => product.roleOf(process));
  await pause(seconds * 1000);
  const figures = meter.stop();
  const busy = figures.roles.filter(({ cpuSeconds }) => cpuSeconds > 0);
  const each = busy.map(({ role, cpuSeconds }) => `${role} ${((cpuSeconds / seconds) * 100).toFixed(1)} %`);
  return `idle, of a core: ${((figures.cpuSeconds / seconds) * 100).toFixed(1)} % (${each.join(', ')})`;
}
