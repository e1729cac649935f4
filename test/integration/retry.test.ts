import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { BadInputError } from '#contracts/errors.js';
import { cancelRuns } from '#database/runs/cancel.js';
import { retryRuns } from '#database/runs/retry.js';
import { goOnWithRuns } from '../../apps/api/runs/retry.js';
import { stopRuns } from '../../apps/api/runs/stop.js';
import { type Bodies, double, withFlowWorker } from '../helpers/flow-worker.js';
import { listFiles } from '../helpers/ledger.js';
import { carriers } from '../helpers/platform.js';
import { withTaskRunner } from '../helpers/task-runner.js';
import { waitFor } from '../helpers/wait.js';

const log = pino({ level: 'silent' });
const numbers = (upTo: number): { n: number }[] => Array.from({ length: upTo }, (_, n) => ({ n }));

for (const carrier of carriers) {
  test(`of a retried flow only what failed runs again, and steps are not repeated (${carrier})`, async (t) => {
    const done: number[] = [];
    let steps = 0;
    let isBroken = true;
    const bodies: Bodies = {
      async 'add-up'(context, { upTo }) {
        await context.step('once', () => {
          steps += 1;
        });
        const parts = await context.invokeAll('all', double, numbers(upTo));
        return { sum: parts.reduce((sum, part) => sum + part.sum, 0) };
      },
      async double(_context, { n }) {
        if (isBroken && n % 3 === 0) throw new BadInputError('odd', 'not now');
        done.push(n);
        return { sum: n };
      },
    };
    await withFlowWorker(t, carrier, bodies, async ({ run, pool, carrier: queues, ended, query }) => {
      const failed = await run(7);
      assert.equal(failed.state, 'failed');
      isBroken = false;
      const retried = await goOnWithRuns({ pool, carrier: queues }, [failed.id], log);
      assert.deepEqual(retried.kind === 'retried' && retried.count, 4, 'the flow and three of its runs');
      const again = await ended(failed.id);
      assert.deepEqual([again.state, again.output, again.error], ['succeeded', { sum: 21 }, null]);
      assert.deepEqual(done.toSorted(), [0, 1, 2, 3, 4, 5, 6], 'each has succeeded once');
      assert.equal(steps, 1);
      assert.deepEqual(await query(`SELECT count(*)::int AS runs FROM ops.run WHERE state = 'succeeded'`), [
        { runs: 8 },
      ]);
      const nothing = await goOnWithRuns({ pool, carrier: queues }, [failed.id], log);
      assert.deepEqual(nothing.kind === 'retried' && nothing.count, 0, 'it has succeeded');
    });
  });

  test(`a cancelled flow goes on where it was, with no more at a time than its limit (${carrier})`, async (t) => {
    let underWay = 0;
    let most = 0;
    let isStuck = true;
    const bodies: Bodies = {
      async 'add-up'(context, { upTo }) {
        const parts = await context.invokeAll('all', double, numbers(upTo), { atMost: 2 });
        return { sum: parts.reduce((sum, part) => sum + part.sum, 0) };
      },
      async double(context, { n }) {
        underWay += 1;
        most = Math.max(most, underWay);
        try {
          if (isStuck && n > 0) {
            await new Promise((resolve) => context.signal.addEventListener('abort', resolve, { once: true }));
            throw context.signal.reason;
          }
          return { sum: n };
        } finally {
          underWay -= 1;
        }
      },
    };
    await withFlowWorker(
      t,
      carrier,
      bodies,
      async ({ start, pool, carrier: queues, ended, query, reconciler }) => {
        const id = await start(6);
        await waitFor('two hang', () => Promise.resolve(underWay === 2 || undefined));
        await stopRuns({ pool, carrier: queues }, [id], undefined, log);
        await waitFor('they have stopped', () => Promise.resolve(underWay === 0 || undefined));
        isStuck = false;
        most = 0;
        await goOnWithRuns({ pool, carrier: queues }, [id], log);
        const held = await query('SELECT count(*)::int AS runs FROM ops.run WHERE held');
        assert.deepEqual(held, [{ runs: 3 }]);
        // A job that its worker had not given up when the run was retried is added by the reconciler.
        const reconciling = setInterval(() => void reconciler.pass().catch(() => {}), 500);
        const again = await ended(id).finally(() => clearInterval(reconciling));
        assert.deepEqual([again.state, again.output], ['succeeded', { sum: 15 }]);
        assert.ok(most <= 2, `${most} were under way at a time`);
      },
      { slots: 4 },
    );
  });
}

test('a cancelled load quarantines its files, and a retry loads them; files that another run has are named', async () => {
  await withTaskRunner({ star: false }, async ({ drop, start, drain, pool }) => {
    const events = JSON.stringify([
      {
        vehicle_id: 'a',
        detection_time: '2022-06-05T21:02:34.546Z',
        detections: [{ object_type: 'cars', object_value: 2 }],
      },
    ]);
    const file = await drop('objects-detection', 'objects_detection_1.json', Buffer.from(events));
    const load = await start('load-objects-detection', { files: [file] });
    await cancelRuns(pool, [load], 'cancelled by a test');
    const [cancelled] = await listFiles(pool);
    assert.deepEqual([cancelled?.state, cancelled?.code], ['quarantined', 'cancelled']);
    assert.equal(cancelled?.reason, 'its run was cancelled by a test; replay it to load it');

    const other = await start('load-objects-detection', { files: [file] });
    const refused = await retryRuns(pool, [load]);
    assert.deepEqual(refused.kind === 'files-taken' && refused.files.map(({ fileId, state }) => [fileId, state]), [
      [file, 'loading'],
    ]);
    await cancelRuns(pool, [other], 'cancelled by a test');

    assert.equal((await retryRuns(pool, [load])).kind, 'retried');
    await drain();
    const { rows } = await pool.query(
      `SELECT r.id, f.state FROM ops.run r JOIN ops.file f ON f.run_id = r.id JOIN fleet.objects_detection d ON d.file_id = f.id
       WHERE r.state = 'succeeded'`,
    );
    assert.deepEqual(rows, [{ id: load, state: 'loaded' }]);
  });
});
