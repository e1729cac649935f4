import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { openCarrier } from '#queue/carrier.js';
import { addJobs } from '#queue/jobs.js';
import { startRun } from '#runs/start-run.js';
import { count } from '../helpers/ledger.js';
import { loseQueue } from '../helpers/lose-queue.js';
import { carriers, type Platform, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';
import { writeTasks } from '../helpers/written-tasks.js';

const branches = 30;
const stepsOfBranch = 4;
const all = branches * stepsOfBranch;
const kills = 10;

/** Each branch goes on by itself, so that the flow's body starts again and again while others are under way. */
const flow = {
  steps: Array.from({ length: branches }, (_, branch) =>
    Array.from({ length: stepsOfBranch }, (_, step) => ({
      key: `k${branch}-${step}`,
      task: 'mark',
      ...(step === 0
        ? { input: { n: branch } }
        : { after: [`k${branch}-${step - 1}`], input: { n: { $output: `k${branch}-${step - 1}`, pointer: '/n' } } }),
    })),
  ).flat(),
};

for (const carrier of carriers) {
  test(`branches that go on by themselves end with each run once, with workers killed and the queue lost meanwhile (${carrier})`, async (t) => {
    const tasksDir = writeTasks(t, {
      mark: {
        input: '{ n: Type.Integer() }',
        output: '{ n: Type.Integer() }',
        body: `export const run = (context, { n }) => context.commit(async (tx) => {
  await tx.query('SELECT pg_sleep(0.1)');
  await tx.query('INSERT INTO branch_test.mark VALUES ($1)', [context.fence.runId]);
  return { n: n + 100 };
});`,
      },
    });
    await withPlatform(t, carrier, { workers: 2, env: { TASKS_DIR: tasksDir } }, async (platform) => {
      const { pool } = platform;
      await pool.query('CREATE SCHEMA branch_test; CREATE TABLE branch_test.mark (run_id uuid NOT NULL)');
      await Promise.all([platform.start('worker-1'), platform.start('worker-2')]);
      const id = await startFlow(platform, tasksDir);
      const progress = 'SELECT count(*) + count(ended_at) FROM ops.run WHERE parent_id IS NOT NULL';
      for (let kill = 1; kill <= kills; kill += 1) {
        const at = (2 * all * kill) / (kills + 1);
        await waitFor(
          `it has come to ${at} of ${2 * all}`,
          async () => (await count(pool, progress)) >= at || undefined,
          {
            deadlineMs: 60_000,
          },
        );
        if (kill % 4 === 0) await loseQueue(platform);
        await platform.crash(`worker-${1 + (kill % 2)}`);
      }
      const ended = await waitFor(
        'the flow has ended',
        async () => {
          const { rows } = await pool.query(
            'SELECT state, output FROM ops.run WHERE id = $1 AND ended_at IS NOT NULL',
            [id],
          );
          return rows[0];
        },
        { deadlineMs: 90_000 },
      );
      assert.equal(ended.state, 'succeeded');
      for (let branch = 0; branch < branches; branch += 1) {
        assert.equal(ended.output.steps[`k${branch}-3`].output.n, branch + 400);
      }
      const { rows: wrong } = await pool.query(
        `SELECT r.invoke_key, count(m.run_id) FROM ops.run r LEFT JOIN branch_test.mark m ON m.run_id = r.id
         WHERE r.parent_id = $1 GROUP BY 1 HAVING count(m.run_id) <> 1`,
        [id],
      );
      assert.deepEqual(wrong, []);
      assert.equal(await count(pool, 'SELECT count(*) FROM branch_test.mark'), all);
      const { rows: attempts } = await pool.query<{ state: string; too_early: boolean | null }>(
        `SELECT state, started_at < lag(ended_at) OVER (ORDER BY number) AS too_early FROM ops.attempt WHERE run_id = $1`,
        [id],
      );
      assert.deepEqual(
        attempts.filter((each) => each.too_early),
        [],
        'the body ran once at a time',
      );
      const lost = await count(pool, `SELECT count(*) FROM ops.attempt WHERE state = 'lost'`);
      t.diagnostic(`${attempts.length} starts of the body; ${lost} attempts were lost`);
      assert.ok(lost > 0, 'nothing hit an attempt');
      await assertTruth(pool);
    });
  });
}

async function startFlow({ pool, databaseUrl, redisUrl }: Platform, tasksDir: string): Promise<string> {
  const catalogue = await loadCatalogue([tasksDir]);
  const task = catalogue.get('flow');
  assert.ok(task);
  const { id, open } = await startRun({ pool, catalogue }, task, { input: flow, trigger: 'api' });
  const carrier = openCarrier({ databaseUrl, redisUrl }, 'background', () => {});
  await addJobs(carrier, open ? [open] : []);
  await carrier.close();
  return id;
}
