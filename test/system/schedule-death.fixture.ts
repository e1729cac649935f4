import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { databaseClock } from '#database/schedules/schedule-types.js';
import { readScheduleFigures } from '#database/schedules/views.js';
import { createRandom } from '#samples/random.js';
import { type ChangeDeps, createSchedule, pauseSchedule } from '#schedules/change.js';
import { count } from '../helpers/ledger.js';
import { loseQueue } from '../helpers/lose-queue.js';
import { type CarrierKind, type Platform, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';
import { writeTasks } from '../helpers/written-tasks.js';

/** Schedules of a slot every second, and slots of all together that are fired while workers are killed. */
const schedules = 10;
const slots = 200;
/** How many slots have fired when a worker is killed, when all are, and when what carries the jobs loses all. */
const killEvery = 20;
const killAllAt = 120;
const loseQueueAt = 100;
/** Draws which worker is killed. Where it is in its work at that moment no seed decides. */
const seed = Number(process.env['SCHEDULE_SEED'] ?? Date.now() % 1_000_000);
const workers = ['worker-1', 'worker-2', 'worker-3'] as const;
type WorkerName = (typeof workers)[number];

const named = (number: number): string => `every-second-${number}`;

/** The test of one carrier: a file each, since it takes half a minute of many processes. */
export function testSchedules(carrier: CarrierKind): void {
  test(`three workers, killed at random, fire ${slots} slots and more, each once (${carrier})`, async (t) => {
    const tasksDir = writeTasks(t, {
      'note-slot': {
        input: '{}',
        output: '{}',
        body: `export async function run(context) {
          const { name, slotAt } = context.schedule;
          return await context.commit(async (tx) => {
            await tx.query('INSERT INTO slot_test.noted VALUES ($1, $2)', [name, slotAt]);
            return {};
          });
        }`,
      },
    });
    await withPlatform(t, carrier, { workers: workers.length, env: { TASKS_DIR: tasksDir } }, async (platform) => {
      const { pool } = platform;
      await pool.query(
        'CREATE SCHEMA slot_test; CREATE TABLE slot_test.noted (schedule text NOT NULL, slot_at timestamptz NOT NULL)',
      );
      const deps = { pool, catalogue: await loadCatalogue([tasksDir]), clock: databaseClock };
      const random = createRandom(seed, t.name);
      await disturb(platform, deps, (running) => random.pick(running));
      for (let n = 0; n < schedules; n += 1) await pauseSchedule(deps, named(n));
      await waitFor(
        'all runs have ended',
        async () =>
          (await count(pool, 'SELECT count(*) FROM ops.run WHERE ended_at IS NULL')) === 0 ? true : undefined,
        { deadlineMs: 60_000, show: () => platform.dump() },
      );
      await assertEachOnce(t, platform);
    });
  });
}

/** Starts schedules and workers, kills workers as slots fire, and starts them again at once. */
async function disturb(
  platform: Platform,
  deps: ChangeDeps,
  pick: (running: readonly WorkerName[]) => WorkerName,
): Promise<void> {
  const { pool } = platform;
  const running = new Set<WorkerName>();
  const starts: Promise<void>[] = [];
  const start = (name: WorkerName): void => {
    const started = platform.start(name).then(() => void running.add(name));
    started.catch(() => {});
    starts.push(started);
  };
  const kill = async (victim: WorkerName): Promise<void> => {
    running.delete(victim);
    await platform.end(victim, 'SIGKILL');
    start(victim);
  };
  workers.forEach(start);
  try {
    await waitFor('all workers run', async () => (running.size === workers.length ? true : undefined));
    const everySecond = { cron: null, everyMs: 1_000, timezone: 'UTC', overlap: 'allow', catchUp: 'none' } as const;
    for (let n = 0; n < schedules; n += 1) {
      const fields = { ...everySecond, task: 'note-slot', input: {}, labels: {}, priority: null };
      await createSchedule(deps, named(n), 'api', fields);
    }
    for (let at = killEvery; at <= slots; at += killEvery) {
      await waitFor(
        `${at} slots have fired`,
        async () => ((await readScheduleFigures(pool)).fired >= at ? true : undefined),
        { deadlineMs: 60_000, show: async () => JSON.stringify(await readScheduleFigures(pool)) },
      );
      await waitFor('a worker runs', async () => (running.size > 0 ? true : undefined));
      if (at === loseQueueAt) await loseQueue(platform);
      await Promise.all((at === killAllAt ? [...running] : [pick([...running])]).map(kill));
    }
  } finally {
    await Promise.all(starts);
  }
}

/** Each second from the first slot to the pause has one slot, one run that succeeded, and one effect. */
async function assertEachOnce(t: TestContext, { pool }: Platform): Promise<void> {
  const { rows } = await pool.query(
    `WITH expected AS (
       SELECT s.id, s.name, slot_at FROM ops.schedule s, generate_series(
         date_trunc('second', s.created_at) + interval '1 second', date_trunc('second', s.paused_at), '1 second') AS slot_at
     ), found AS (
       SELECT name, slot_at, (SELECT count(*) FROM ops.slot o WHERE o.schedule_id = e.id AND o.slot_at = e.slot_at AND o.state = 'fired') AS slots,
         (SELECT count(*) FROM ops.run r WHERE r.schedule = e.name AND r.slot_at = e.slot_at AND r.state = 'succeeded') AS runs,
         (SELECT count(*) FROM slot_test.noted n WHERE n.schedule = e.name AND n.slot_at = e.slot_at) AS noted
       FROM expected e
     )
     SELECT name, slot_at, slots::int, runs::int, noted::int FROM found WHERE (slots, runs, noted) <> (1, 1, 1)`,
  );
  assert.deepEqual(rows, []);
  const figures = await readScheduleFigures(pool);
  const runs = await count(pool, 'SELECT count(*) FROM ops.run');
  const lost = await count(pool, `SELECT count(*) FROM ops.attempt WHERE state = 'lost'`);
  t.diagnostic(`SCHEDULE_SEED=${seed}, runs: ${runs}, attempts lost: ${lost}, ${JSON.stringify(figures)}`);
  assert.ok(runs >= slots);
  assert.equal(figures.fired, runs);
  assert.equal(await count(pool, 'SELECT count(*) FROM slot_test.noted'), runs);
  assert.equal(figures.missed + figures.failed + figures.skipped, 0);
  await assertTruth(pool);
}
