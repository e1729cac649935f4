import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { loadCatalogue } from '#catalogue/catalogue.js';
import type { TaskDefinition } from '#contracts/task.js';
import { patchSettings, type SettingsPatch } from '#contracts/task-settings.js';
import { transaction } from '#database/pool.js';
import { changeSettings } from '#database/settings/change-settings.js';
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
  /** Records runs; their jobs are the reconciler's to add. */
  record(task: keyof typeof tasks, input: unknown, number?: number): Promise<void>;
  number(condition: string): Promise<number>;
  /** Waits until so many runs are as the condition says. */
  until(number: number, condition: string): Promise<void>;
}

async function withSettings(
  t: TestContext,
  carrier: (typeof carriers)[number],
  work: (platform: Platform, settings: Settings) => Promise<void>,
): Promise<void> {
  const folder = writeTasks(t, tasks);
  const catalogue = await loadCatalogue([folder]);
  const definitionOf = (name: string): TaskDefinition => {
    const task = catalogue.get(name);
    assert.ok(task);
    return task;
  };
  await withPlatform(t, carrier, { workers: 3, env: { TASKS_DIR: folder } }, async (platform) => {
    const { pool } = platform;
    const number = (condition: string): Promise<number> =>
      count(pool, `SELECT count(*) FROM ops.run WHERE ${condition}`);
    for (const name of ['worker-1', 'worker-2', 'worker-3'] as const) await platform.start(name);
    await work(platform, {
      number,
      async set(name, patch) {
        const change = await changeSettings(pool, {
          definition: definitionOf(name),
          next: (settings) => patchSettings(settings, patch),
          isKnown: () => true,
          caller: 'local',
          session: null,
        });
        assert.equal(change.kind, 'changed');
        return { version: change.version, at: Date.now() };
      },
      async record(name, input, many = 1) {
        await transaction(pool, async (tx) => {
          for (let run = 0; run < many; run += 1) {
            await startRunWithin(tx, catalogue, definitionOf(name), { input, trigger: 'api' });
          }
        });
      },
      async until(expected, condition) {
        await waitFor(
          `${expected} runs with ${condition}`,
          async () => ((await number(condition)) === expected ? true : undefined),
          { deadlineMs: 60_000, show: async () => `${await number(condition)}` },
        );
      },
    });
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
      await record('sleep', { ms: 20 }, 400);
      await until(
        3,
        `false OR id IN (SELECT run_id FROM ops.attempt WHERE settings_version IS NULL ORDER BY started_at LIMIT 3)`,
      );
      const first = await set('sleep', { timeoutMs: 45_000 });
      await platform.crash('worker-2');
      const seen = await waitFor(
        'attempts under the first version by three workers',
        async () => {
          const { rows } = await pool.query<{ ms: number }>(
            `SELECT min(extract(epoch FROM a.started_at) * 1000)::float8 - $1 AS ms FROM ops.attempt a
             JOIN ops.worker w ON w.id = a.worker_id WHERE a.settings_version = 1 GROUP BY w.pid`,
            [first.at],
          );
          return rows.length === 3 ? rows : undefined;
        },
        { show: async () => JSON.stringify(await number(`state = 'queued'`)) },
      );
      t.diagnostic(`taken up within ${seen.map(({ ms }) => Math.round(ms)).join(', ')} ms`);

      // A limit over all workers: set, lowered and raised while runs go on, and one worker dies.
      const versions: Record<number, number> = {};
      for (const concurrency of [4, 1, 3]) {
        versions[(await set('sleep', { concurrency })).version] = concurrency;
        await record('sleep', { ms: 30 }, 30);
        if (concurrency === 1) await platform.crash('worker-1');
        await until(0, `task = 'sleep' AND state <> 'succeeded'`);
      }
      assert.equal(await number(`task = 'sleep' AND state = 'succeeded'`), 490);
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

      await loseQueue(platform);
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
