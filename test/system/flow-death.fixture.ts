import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createRandom } from '#samples/random.js';
import { lockTable } from '../helpers/block.js';
import {
  assertFlow,
  type FlowShape,
  flowTasks,
  leavesOf,
  makeFlowTables,
  progressOf,
  startFlow,
  sumOf,
  waitForRoot,
} from '../helpers/flow.js';
import { count } from '../helpers/ledger.js';
import { loseQueue } from '../helpers/lose-queue.js';
import { type CarrierKind, type Platform, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

const large: FlowShape = { middles: 20, leaves: 50 };
const small: FlowShape = { middles: 6, leaves: 30 };
/** Has as many leaves as one worker works on at a time. */
const tiny: FlowShape = { middles: 2, leaves: 2 };
const kills = 21;
/** Draws which worker is killed. Where it is in its work at that moment no seed decides. */
const seed = Number(process.env['FLOW_SEED'] ?? Date.now() % 1_000_000);
const workers = ['worker-1', 'worker-2'] as const;
type WorkerName = (typeof workers)[number];

/** What happens to flows once they have come so far (see `progressOf`). */
interface Disturbance {
  readonly at: number;
  readonly what: 'kill' | 'lose queue';
}

/** The tests of one carrier: a file each, since each of them takes some seconds of many processes. */
export function testFlows(carrier: CarrierKind): void {
  test(`a flow of 1,000 leaves ends with the right sum and each leaf once, with ${kills} workers killed meanwhile (${carrier})`, (t) =>
    withFlows(t, carrier, async (platform) => {
      const root = await startFlow(platform, large);
      const step = 2 / (kills + 1);
      const disturbances = Array.from({ length: kills }, (_, index) => ({
        at: (index + 1) * step,
        what: 'kill' as const,
      }));
      await disturb(t, platform, leavesOf(large), disturbances);
      const ended = await waitForRoot(platform, root);
      assert.deepEqual([ended.state, ended.output], ['succeeded', { sum: sumOf(large) }]);
      await assertFlow(platform.pool, root, large);
    }));

  test(`a flow whose queue is lost twice in its middle, with workers killed, ends with each leaf once (${carrier})`, (t) =>
    withFlows(t, carrier, async (platform) => {
      const root = await startFlow(platform, large);
      await disturb(t, platform, leavesOf(large), [
        { at: 0.3, what: 'kill' },
        // In the middle of the recording of leaves.
        { at: 0.6, what: 'lose queue' },
        { at: 1.2, what: 'kill' },
        // All leaves are recorded, and half of them have ended.
        { at: 1.5, what: 'lose queue' },
        { at: 1.7, what: 'kill' },
      ]);
      const ended = await waitForRoot(platform, root);
      assert.deepEqual([ended.state, ended.output], ['succeeded', { sum: sumOf(large) }]);
      await assertFlow(platform.pool, root, large);
    }));

  test(`leaves that fail leave no parent waiting, caught or not, with workers killed (${carrier})`, (t) =>
    withFlows(t, carrier, async (platform) => {
      const { pool } = platform;
      const shape: FlowShape = { ...small, failing: [3, small.leaves - 1], inHalves: true };
      const catching = await startFlow(platform, { ...shape, catches: true });
      const failing = await startFlow(platform, shape);
      const kill = (at: number): Disturbance => ({ at, what: 'kill' });
      await disturb(t, platform, 2 * leavesOf(small), [0.4, 0.8, 1.2, 1.6].map(kill));

      const caught = await waitForRoot(platform, catching);
      assert.deepEqual([caught.state, caught.output], ['succeeded', { sum: 0 }]);
      const { rows: middles } = await pool.query<{ caught: string; open: number }>(
        `SELECT output->>'caught' AS caught, (output->>'open')::int AS open FROM ops.run WHERE parent_id = $1`,
        [catching],
      );
      for (const middle of middles) {
        assert.match(middle.caught, /\("leaves\/3", flow-leaf\) failed: leaf \d+ is to fail/, 'the first of two');
        assert.equal(middle.open, 0, 'the failure came when all leaves had ended');
      }
      const failed = await waitForRoot(platform, failing);
      assert.deepEqual([failed.state, failed.error?.name], ['failed', 'InvokedRunError']);
      assert.match(failed.error?.message ?? '', /\("middles\/0", flow-middle\) failed: .*\("leaves\/3", flow-leaf\)/);
      for (const root of [catching, failing]) await assertFlow(pool, root, shape);
    }));

  test(`a worker that sleeps past its locks commits no leaf that another has taken over (${carrier})`, (t) =>
    withFlows(t, carrier, async (platform) => {
      const { databaseUrl, process } = platform;
      const lock = await lockTable(databaseUrl, 'flow_test.gate');
      await platform.start('worker-1');
      const root = await startFlow(platform, tiny);
      await waitUntilAtGate(platform, 'worker-1');
      process('worker-1').signal('SIGSTOP');
      await platform.start('worker-2');
      await waitUntilAtGate(platform, 'worker-2');
      // The one that lost the leaves is the first to commit them, while they are still under way.
      process('worker-2').signal('SIGSTOP');
      process('worker-1').signal('SIGCONT');
      await lock.release();
      await waitFor('it says of each leaf that it lost it', async () => {
        const said = process('worker-1').lines();
        return said.filter((line) => line.includes('no longer holds it')).length >= leavesOf(tiny) ? true : undefined;
      });
      process('worker-2').signal('SIGCONT');
      const ended = await waitForRoot(platform, root);
      assert.deepEqual([ended.state, ended.output], ['succeeded', { sum: sumOf(tiny) }]);
      await assertFlow(platform.pool, root, tiny);
    }));

  test(`a worker that sleeps in the middle of a leaf's commit holds up no other leaf (${carrier})`, (t) =>
    withFlows(t, carrier, async (platform) => {
      const { pool, process } = platform;
      await Promise.all(workers.map((name) => platform.start(name)));
      const root = await startFlow(platform, large);
      const sleeper = process('worker-1');
      const held = `SELECT count(*) FROM ops.attempt a JOIN ops.worker w ON w.id = a.worker_id AND w.pid = $1
        WHERE a.state = 'running'`;
      const commits = `AND 'millrace run ' || a.run_id IN (SELECT application_name FROM pg_stat_activity
        WHERE state = 'idle in transaction' AND query NOT LIKE '%flow_test%')`;
      await waitFor('it sleeps in the middle of a commit', async () => {
        sleeper.signal('SIGSTOP');
        if ((await count(pool, `${held} ${commits}`, [sleeper.pid])) > 0) return true;
        sleeper.signal('SIGCONT');
        return undefined;
      });
      await waitFor('the other worker has taken over what it held', async () =>
        (await count(pool, held, [sleeper.pid])) === 0 ? true : undefined,
      );
      sleeper.signal('SIGCONT');
      const ended = await waitForRoot(platform, root);
      assert.deepEqual([ended.state, ended.output], ['succeeded', { sum: sumOf(large) }]);
      await assertFlow(pool, root, large);
    }));
}

/** Runs a test of flows, whose workers it starts, and looks at what holds for all of them. */
async function withFlows(
  t: TestContext,
  carrier: CarrierKind,
  work: (platform: Platform) => Promise<void>,
): Promise<void> {
  await withPlatform(t, carrier, { workers: workers.length, env: { TASKS_DIR: flowTasks } }, async (platform) => {
    const { pool } = platform;
    await makeFlowTables(pool);
    await work(platform);
    const { rows: lost } = await pool.query(
      `SELECT r.task, count(*)::int AS attempts FROM ops.attempt a JOIN ops.run r ON r.id = a.run_id
       WHERE a.state = 'lost' GROUP BY 1 ORDER BY 1`,
    );
    t.diagnostic(`FLOW_SEED=${seed}, attempts lost: ${JSON.stringify(lost)}`);
    assert.ok(lost.length > 0, 'nothing hit an attempt');
    await assertTruth(pool);
  });
}

/**
 * Starts the workers, and disturbs them and their flows by and by. A worker that was killed is started again at once,
 * while the other goes on.
 * @param leaves of all flows
 */
async function disturb(
  t: TestContext,
  platform: Platform,
  leaves: number,
  disturbances: readonly Disturbance[],
): Promise<void> {
  const { pool } = platform;
  const random = createRandom(seed, t.name);
  const running = new Set<WorkerName>();
  const starts: Promise<void>[] = [];
  const start = (name: WorkerName): void => {
    const started = platform.start(name).then(() => void running.add(name));
    started.catch(() => {});
    starts.push(started);
  };
  const kill = async (): Promise<void> => {
    await waitFor('a worker runs', async () => (running.size > 0 ? true : undefined));
    const victim = random.pick(workers.filter((name) => running.has(name)));
    running.delete(victim);
    await platform.end(victim, 'SIGKILL');
    start(victim);
  };
  const open = 'SELECT count(*) FROM ops.run WHERE parent_id IS NULL AND ended_at IS NULL';

  workers.forEach(start);
  try {
    for (const { at, what } of disturbances) {
      await waitFor(
        `the flow has come to ${at} of 2`,
        async () => ((await progressOf(pool, leaves)) >= at ? true : undefined),
        { deadlineMs: 60_000, show: async () => String(await progressOf(pool, leaves)) },
      );
      assert.ok((await count(pool, open)) > 0, `all was over before the ${what} at ${at}`);
      await (what === 'kill' ? kill() : loseQueue(platform));
    }
  } finally {
    await Promise.all(starts);
  }
}

/** Waits until a worker has all leaves of the tiny flow and is in the middle of its work on them. */
async function waitUntilAtGate({ pool, process }: Platform, name: WorkerName): Promise<void> {
  const { pid } = process(name);
  await waitFor(`${name} has all leaves`, async () => {
    const held = await count(
      pool,
      `SELECT count(*) FROM ops.run r JOIN ops.attempt a ON a.run_id = r.id AND a.number = r.attempt
       JOIN ops.worker w ON w.id = a.worker_id
       WHERE r.task = 'flow-leaf' AND a.state = 'running' AND w.pid = $1`,
      [pid],
    );
    const waiting = await count(
      pool,
      `SELECT count(*) FROM pg_stat_activity
       WHERE application_name = 'millrace worker ' || $1 AND wait_event_type = 'Lock' AND query LIKE '%flow_test.gate%'`,
      [pid],
    );
    return held === leavesOf(tiny) && waiting === leavesOf(tiny) ? true : undefined;
  });
}
