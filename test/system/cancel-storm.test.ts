import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { isFinal } from '#contracts/states.js';
import { openCarrier } from '#queue/carrier.js';
import { createRandom } from '#samples/random.js';
import { goOnWithRuns } from '../../apps/api/runs/retry.js';
import { stopRuns } from '../../apps/api/runs/stop.js';
import { type FlowShape, flowTasks, leavesOf, makeFlowTables, startFlow, sumOf } from '../helpers/flow.js';
import { carriers, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

const log = pino({ level: 'silent' });
const shape: FlowShape = { middles: 6, leaves: 60 };
const rounds = 60;
const seed = Number(process.env['CANCEL_SEED'] ?? Date.now() % 1_000_000);

/** Of the flow: what is cancelled, drawn among all of its runs. */
const anyRun = 'SELECT id FROM ops.run WHERE root_id = $1 ORDER BY md5(id::text || $2) LIMIT 1';

for (const kind of carriers) {
  test(`a flow that is cancelled and retried in any part, with workers killed, ends with each leaf once (${kind})`, async (t) => {
    const random = createRandom(seed, kind);
    const below = (bound: number): number => random.int(0, bound - 1);
    t.diagnostic(`CANCEL_SEED=${seed}`);
    await withPlatform(t, kind, { workers: 2, env: { TASKS_DIR: flowTasks } }, async (platform) => {
      const { pool, databaseUrl, redisUrl } = platform;
      await makeFlowTables(pool);
      await platform.start();
      const carrier = openCarrier({ databaseUrl, redisUrl }, 'http', () => {});
      const done = { cancels: 0, cancelled: 0, retries: 0, kills: 0 };
      const retry = async (id: string): Promise<void> => {
        const retried = await goOnWithRuns({ pool, carrier }, [id], log);
        if (retried.kind === 'retried' && retried.count > 0) done.retries += 1;
      };
      const stateOf = async (id: string): Promise<string> => {
        const { rows } = await pool.query<{ state: string }>('SELECT state FROM ops.run WHERE id = $1', [id]);
        return rows[0]?.state ?? '';
      };
      try {
        const root = await startFlow(platform, shape);
        for (let round = 0; round < rounds && (await stateOf(root)) !== 'succeeded'; round += 1) {
          const { rows } = await pool.query<{ id: string }>(anyRun, [root, `${seed} ${round}`]);
          const one = rows[0]?.id ?? root;
          const draw = below(10);
          if (draw < 1) {
            await platform.crash(below(2) === 0 ? 'worker-1' : 'worker-2');
            done.kills += 1;
          } else if (draw < 6) {
            const { cancelled } = await stopRuns({ pool, carrier }, [draw < 2 ? root : one], 'a storm', log);
            done.cancels += 1;
            done.cancelled += cancelled.length;
          } else await retry(draw < 8 ? root : one);
        }
        await waitFor(
          'the flow has succeeded',
          async () => {
            const state = await stateOf(root);
            if (state !== 'succeeded' && isFinal(state)) await retry(root);
            return state === 'succeeded' || undefined;
          },
          { deadlineMs: 90_000 },
        );
        t.diagnostic(JSON.stringify(done));
        assert.ok(done.cancelled > 0 && done.retries > 0, 'some were cancelled, and some retried');
        const { rows } = await pool.query('SELECT output FROM ops.run WHERE id = $1', [root]);
        assert.deepEqual(rows[0].output, { sum: sumOf(shape) });
        const runs = await pool.query(
          `SELECT task, state, count(*)::int AS runs FROM ops.run WHERE root_id = $1 GROUP BY 1, 2 ORDER BY 1`,
          [root],
        );
        assert.deepEqual(runs.rows, [
          { task: 'flow-leaf', state: 'succeeded', runs: leavesOf(shape) },
          { task: 'flow-middle', state: 'succeeded', runs: shape.middles },
          { task: 'flow-root', state: 'succeeded', runs: 1 },
        ]);
        const written = await pool.query(
          'SELECT count(*)::int AS rows, count(DISTINCT leaf)::int AS leaves, count(DISTINCT run_id)::int AS runs FROM flow_test.leaf',
        );
        const leaves = leavesOf(shape);
        assert.deepEqual(written.rows, [{ rows: leaves, leaves, runs: leaves }]);
        const open = await pool.query(`SELECT FROM ops.attempt WHERE state = 'running'`);
        assert.equal(open.rows.length, 0);
        await assertTruth(pool);
      } finally {
        await carrier.close();
      }
    });
  });
}
