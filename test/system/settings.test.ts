import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { loadCatalogue } from '#catalogue/catalogue.js';
import type { TaskDefinition } from '#contracts/task.js';
import { patchSettings, type SettingsPatch, type TaskSettings } from '#contracts/task-settings.js';
import { type Pool, transaction } from '#database/pool.js';
import { changeSettings } from '#database/settings/change-settings.js';
import { openCarrier } from '#queue/carrier.js';
import { addJobs } from '#queue/jobs.js';
import { startRunWithin } from '#runs/start-run.js';
import { count } from '../helpers/ledger.js';
import { loseQueue } from '../helpers/lose-queue.js';
import { carriers, type Platform, withPlatform } from '../helpers/platform.js';
import { waitFor } from '../helpers/wait.js';
import { writeTasks } from '../helpers/written-tasks.js';

const tasks = {
  sleep: {
    input: '{ ms: Type.Number() }',
    output: '{}',
    body: `import { setTimeout } from 'node:timers/promises';
export const run = async ({ signal }, { ms }) => { await setTimeout(ms, undefined, { signal }); return {}; };`,
  },
  other: { input: '{}', output: '{}', body: 'export const run = async () => ({});' },
  parent: {
    input: '{}',
    output: '{ children: Type.Number() }',
    body: `import { definition } from '../sleep/definition.js';
export const run = async ({ invokeAll }) => ({
  children: (await invokeAll('children', definition, Array(20).fill({ ms: 1 }), { atMost: 3 })).length });`,
  },
} as const;

/** What a test does with a platform whose settings it changes. */
interface Settings {
  /** Changes what is set for a task. @returns the version, and when it was committed */
  set(task: keyof typeof tasks, patch: SettingsPatch): Promise<{ version: number; at: number }>;
  /** Records runs and adds their jobs. */
  record(task: keyof typeof tasks, input: unknown, number?: number): Promise<void>;
  number(condition: string): Promise<number>;
  /** Waits until so many runs are as the condition says. */
  until(number: number, condition: string): Promise<void>;
}

async function set(
  pool: Pool,
  definition: TaskDefinition,
  patch: SettingsPatch,
): Promise<{ version: number; at: number }> {
  const next = (settings: TaskSettings): TaskSettings => patchSettings(settings, patch);
  const by = { caller: 'local', session: null } as const;
  const change = await changeSettings(pool, { definition, next, isKnown: () => true, ...by });
  assert.equal(change.kind, 'changed');
  return { version: change.version, at: Date.now() };
}

async function withSettings(
  t: TestContext,
  kind: (typeof carriers)[number],
  work: (platform: Platform, settings: Settings) => Promise<void>,
): Promise<void> {
  const folder = writeTasks(t, tasks);
  const catalogue = await loadCatalogue([folder]);
  const definitionOf = (name: string): TaskDefinition => {
    const task = catalogue.get(name);
    assert.ok(task);
    return task;
  };
  await withPlatform(t, kind, { workers: 3, env: { TASKS_DIR: folder } }, async (platform) => {
    const { pool, databaseUrl, redisUrl } = platform;
    const carrier = openCarrier({ databaseUrl, redisUrl }, 'background', () => {});
    const number = (condition: string): Promise<number> =>
      count(pool, `SELECT count(*) FROM ops.run WHERE ${condition}`);
    for (const name of ['worker-1', 'worker-2', 'worker-3'] as const) await platform.start(name);
    const settings: Settings = {
      number,
      set: (name, patch) => set(pool, definitionOf(name), patch),
      async record(name, input, many = 1) {
        const open = await transaction(pool, async (tx) => {
          const started = [];
          for (let run = 0; run < many; run += 1) {
            started.push(await startRunWithin(tx, catalogue, definitionOf(name), { input, trigger: 'api' }));
          }
          return started.flatMap((each) => each.open ?? []);
        });
        await addJobs(carrier, open);
      },
      async until(expected, condition) {
        await waitFor(
          `${expected} runs with ${condition}`,
          async () => ((await number(condition)) === expected ? true : undefined),
          { deadlineMs: 60_000, show: async () => `${await number(condition)}` },
        );
      },
    };
    try {
      await work(platform, settings);
    } finally {
      await carrier.close();
    }
  });
}

/** Of each attempt of a task that began under a version: how many were under way when it began, itself included; the most. */
const atOnce = (version: number): string =>
  `SELECT COALESCE(max(number), 0) AS count FROM (
     SELECT count(*) AS number FROM ops.attempt a
       JOIN ops.run own ON own.id = a.run_id AND own.task = 'sleep'
       JOIN ops.run r ON r.task = 'sleep'
       JOIN ops.attempt b ON b.run_id = r.id AND b.started_at <= a.started_at AND COALESCE(b.ended_at, 'infinity') > a.started_at
     WHERE a.settings_version = ${version} GROUP BY a.run_id, a.number) each`;

for (const carrier of carriers) {
  test(`settings changed while runs go on are taken up by each of three workers, one of them killed (${carrier})`, (t) =>
    withSettings(t, carrier, async (platform, { set, record, until, number }) => {
      const { pool } = platform;
      /** How many milliseconds after a change each of three workers began its first attempt under it, while runs go on. */
      const takenUp = async (change: { version: number; at: number }): Promise<void> => {
        const seen = await waitFor(`attempts of three workers under version ${change.version}`, async () => {
          if ((await number(`state = 'queued'`)) < 50) await record('sleep', { ms: 20 }, 50);
          const { rows } = await pool.query<{ ms: number }>(
            `SELECT min(extract(epoch FROM started_at) * 1000)::float8 - $1 AS ms FROM ops.attempt
             WHERE settings_version = $2 GROUP BY worker_id`,
            [change.at, change.version],
          );
          return rows.length >= 3 ? rows : undefined;
        });
        t.diagnostic(`taken up within ${seen.map(({ ms }) => Math.round(ms)).join(', ')} ms`);
      };
      await record('sleep', { ms: 20 }, 100);
      await until(0, `attempt = 0 AND id = (SELECT min(id::text)::uuid FROM ops.run)`);
      await takenUp(await set('sleep', { timeoutMs: 45_000 }));
      await platform.end('worker-2', 'SIGKILL');
      const second = await set('sleep', { timeoutMs: 40_000 });
      await platform.start('worker-2');
      await takenUp(second);

      // A limit over all workers: set, lowered and raised while runs go on, and one worker dies.
      const versions: Record<number, number> = {};
      for (const concurrency of [4, 1, 3]) {
        versions[(await set('sleep', { concurrency })).version] = concurrency;
        await record('sleep', { ms: 30 }, 30);
        if (concurrency === 1) await platform.crash('worker-1');
        await until(0, `task = 'sleep' AND state <> 'succeeded'`);
      }
      for (const [version, concurrency] of Object.entries(versions)) {
        const most = await count(pool, atOnce(Number(version)));
        assert.ok(most <= concurrency, `${most} at once, with a limit of ${concurrency}`);
        t.diagnostic(`at most ${most} at once with a limit of ${concurrency}`);
      }

      // A shorter time, and more tries: for runs that were recorded before, and not for those that asked for others.
      await set('sleep', { concurrency: null, timeoutMs: 50, retry: { attempts: 3, backoffMs: 1 } });
      await record('sleep', { ms: 30_000 });
      await until(1, `task = 'sleep' AND state = 'failed' AND failures = 3 AND max_attempts = 3`);
    }));

  test(`runs of a paused task wait, the queue’s store is emptied, and each runs once when it is resumed (${carrier})`, (t) =>
    withSettings(t, carrier, async (platform, { set, record, until, number }) => {
      await set('sleep', { paused: true });
      await record('sleep', { ms: 0 }, 1_000);
      await record('parent', {});
      await record('other', {}, 20);
      await until(20, `task = 'other' AND state = 'succeeded'`);
      // Three of the children are let go by their window.
      await until(1_003, `task = 'sleep' AND state = 'queued' AND parked`);
      await loseQueue(platform);
      await platform.crash('worker-1');
      // Work of others shows that the jobs are there again, and that those of the paused task are in nobody's way.
      await record('other', {}, 20);
      await until(40, `task = 'other' AND state = 'succeeded'`);
      assert.equal(await number(`task = 'sleep' AND attempt > 0`), 0);
      assert.equal(await number(`task = 'parent' AND state = 'waiting'`), 1);

      const { at } = await set('sleep', { paused: false });
      await until(1_020, `task = 'sleep' AND state = 'succeeded' AND attempt = 1`);
      await until(1, `task = 'parent' AND state = 'succeeded'`);
      assert.equal(await number('parked'), 0);
      const { rows } = await platform.pool.query<{ ms: number }>(
        `SELECT min(extract(epoch FROM started_at) * 1000)::float8 - $1 AS ms FROM ops.attempt WHERE settings_version = 2`,
        [at],
      );
      t.diagnostic(`resumed within ${Math.round(rows[0]?.ms ?? 0)} ms`);
    }));
}

test('the watcher makes batches of the size that is set while it runs', (t) =>
  withPlatform(t, 'postgres', {}, async ({ start, pool, inbox }) => {
    const task = (await loadCatalogue()).get('load-objects-detection');
    assert.ok(task);
    await start('watcher');
    let dropped = 0;
    /** Drops files until such of them as came together are in so many runs. */
    const untilIn = async (runs: (files: number) => boolean): Promise<void> => {
      await waitFor('batches of that size', async () => {
        const first = dropped;
        while (dropped < first + 4) {
          dropped += 1;
          await inbox.moveIn(`objects_detection_${dropped}.json`, `[${dropped}]`);
        }
        const sql = 'FROM ops.run_file WHERE file_id IN (SELECT id FROM ops.file ORDER BY id DESC LIMIT 4)';
        await waitFor('runs of the files', async () =>
          (await count(pool, 'SELECT count(*) FROM ops.run_file')) === dropped ? true : undefined,
        );
        return runs(await count(pool, `SELECT count(DISTINCT run_id) ${sql}`)) ? true : undefined;
      });
    };
    await untilIn((runs) => runs < 4);
    await set(pool, task, { batch: { files: 1 } });
    await untilIn((runs) => runs === 4);
    await set(pool, task, { batch: null });
    await untilIn((runs) => runs < 4);
  }));
