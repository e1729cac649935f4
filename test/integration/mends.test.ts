import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MendKind } from '#contracts/mends.js';
import { listMends } from '#database/runs/mends.js';
import { newRunId } from '#database/runs/record-run.js';
import { startRun } from '#runs/start-run.js';
import { addUp, withFlowWorker } from '../helpers/flow-worker.js';
import { carriers } from '../helpers/platform.js';
import { waitFor } from '../helpers/wait.js';
import { withApi } from './api-fixture.js';

for (const carrier of carriers) {
  test(`what the reconciler mends is counted: a run without job, a job without run (${carrier})`, async (t) => {
    const bodies = {
      'add-up': () => Promise.resolve({ sum: 1 }),
      double: () => Promise.reject(new Error('not run')),
    };
    await withFlowWorker(t, carrier, bodies, async ({ pool, carrier: queues, reconciler, ended, run }) => {
      const over = await run(1);
      const jobs = queues.queue('test');
      await waitFor('its job is over', async () => (await jobs.getJobState(over.id)) === 'completed' || undefined);
      // Both wait for an hour, so that no worker drops them.
      for (const runId of [over.id, newRunId()]) {
        await jobs.remove(runId);
        await jobs.add('add-up', { runId }, { jobId: runId, delay: 3_600_000 });
      }
      const kept = await startRun({ pool, catalogue: new Map() }, addUp, {
        input: { upTo: 1 },
        trigger: 'api',
        delayMs: 3_600_000,
      });
      await jobs.add('add-up', { runId: kept.id }, { jobId: kept.id, delay: 3_600_000 });
      await reconciler.pass();
      assert.deepEqual(
        (await jobs.getDelayed()).map(({ id }) => id),
        [kept.id],
      );

      const { id } = await startRun({ pool, catalogue: new Map() }, addUp, { input: { upTo: 1 }, trigger: 'api' });
      await waitFor('its job is added', async () => ((await reconciler.pass()) > 0 ? true : undefined));
      assert.equal((await ended(id)).state, 'succeeded');
      const counts = new Map((await listMends(pool)).map(({ kind, count }): [MendKind, number] => [kind, count]));
      assert.equal(counts.get('job-without-run'), 2);
      assert.equal(counts.get('run-without-job'), 1);
      assert.equal(counts.get('lost-attempt'), 0);
    });
  });
}

test('the API says what was mended, by kind, with its meaning', () =>
  withApi(async (api) => {
    await api.pool.query(`INSERT INTO ops.mend VALUES ('lost-attempt', 3, '2026-11-22T01:02:03Z')`);
    const { status, body } = await api.ask('/api/reconciler');
    assert.equal(status, 200);
    const lost = body.mends.find(({ kind }: { kind: string }) => kind === 'lost-attempt');
    assert.deepEqual([lost.count, lost.lastAt], [3, '2026-11-22T01:02:03.000Z']);
    assert.match(lost.meaning, /no sign of life/);
    assert.equal(body.schedules.missed, 0);
    assert.ok(body.mends.every(({ count }: { count: number }) => count === 0 || count === 3));
  }));
