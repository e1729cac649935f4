import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadInputError } from '#contracts/errors.js';
import type { RunJob } from '#queue/carrier.js';
import { type Bodies, double, type FlowWorker, withFlowWorker } from '../../test/helpers/flow-worker.js';
import { carriers } from '../../test/helpers/platform.js';
import { waitFor } from '../../test/helpers/wait.js';
import { viewJob } from './job-view.js';

const jobOf = async ({ carrier }: FlowWorker, id: unknown): Promise<RunJob> => {
  const job = await carrier.queue('test').getJob(String(id));
  return job ?? assert.fail(`run ${id} has no job`);
};

const waitForState = async (worker: FlowWorker, id: unknown, state: string): Promise<true> =>
  await waitFor(`the job of ${id} is ${state}`, async () =>
    (await worker.carrier.queue('test').getJobState(String(id))) === state ? true : undefined,
  );

const childrenOf = async ({ query }: FlowWorker): Promise<string[]> =>
  (await query('SELECT id FROM ops.run WHERE parent_id IS NOT NULL ORDER BY id')).map(({ id }) => String(id));

/** A promise that the test resolves. */
function openGate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

for (const carrier of carriers) {
  test(`jobs show the tree of a flow, how far its runs are, what they say and what they return (${carrier})`, async (t) => {
    const gate = openGate();
    const bodies: Bodies = {
      async double(context, { n }) {
        context.progress(1, 4);
        context.log.info(`doubles ${n}`);
        await gate.opened;
        if (n === 1) throw new BadInputError('odd', 'expected an even number');
        return { sum: 2 * n };
      },
      async 'add-up'(context) {
        const outcomes = await context.invokeAll('all', double, [{ n: 1 }, { n: 2 }], { settled: true });
        context.log.warn('goes on');
        return { sum: outcomes.length };
      },
    };
    await withFlowWorker(
      t,
      carrier,
      bodies,
      async (worker) => {
        const id = await worker.start(2);
        await waitForState(worker, id, 'waiting-children');
        const [odd = '', even = ''] = await childrenOf(worker);
        for (const child of [odd, even]) {
          await waitForState(worker, child, 'active');
          assert.equal((await jobOf(worker, child)).opts.parent?.id, id);
          await waitFor('the job shows how far its run is', async () =>
            (await jobOf(worker, child)).progress === 25 ? true : undefined,
          );
        }
        assert.deepEqual(await (await jobOf(worker, id)).getDependenciesCount({ unprocessed: true }), {
          unprocessed: 2,
        });
        gate.open();
        await waitForState(worker, id, 'completed');
        const parent = await jobOf(worker, id);
        assert.deepEqual(parent.returnvalue, { sum: 2 });
        assert.deepEqual(Object.values(await parent.getIgnoredChildrenFailures()), ['expected an even number']);
        assert.deepEqual(Object.values(await parent.getChildrenValues()), [{ sum: 4 }]);
        assert.equal((await jobOf(worker, odd)).failedReason, 'expected an even number');
        const { logs } = await worker.carrier.queue('test').getJobLogs(id);
        assert.match(logs.join('\n'), /^\d{4}-\d\d-\d\dT[\d:.]+Z WARN goes on$/);
      },
      { slots: 3 },
    );
  });

  test(`a run that ends while one that it invoked goes on has its job end when that one has ended (${carrier})`, async (t) => {
    const gate = openGate();
    const bodies: Bodies = {
      async double() {
        await gate.opened;
        return { sum: 1 };
      },
      async 'add-up'(context) {
        const going = context.invoke('unawaited', double, { n: 1 });
        going.catch(() => {});
        return await context.commit(async (tx) => {
          await waitFor('the invoked run is recorded', async () =>
            (await tx.query('SELECT FROM ops.run WHERE parent_id IS NOT NULL')).rowCount === 1 ? true : undefined,
          );
          return { sum: 7 };
        });
      },
    };
    await withFlowWorker(t, carrier, bodies, async (worker) => {
      const id = await worker.start(1);
      assert.equal((await worker.ended(id)).state, 'succeeded');
      await waitForState(worker, id, 'waiting-children');
      gate.open();
      await waitForState(worker, id, 'completed');
      assert.deepEqual((await jobOf(worker, id)).returnvalue, { sum: 7 });
    });
  });

  test(`a parent whose job waits for one that will never end is woken by the reconciler (${carrier})`, async (t) => {
    const gate = openGate();
    const bodies: Bodies = {
      async double() {
        await gate.opened;
        return { sum: 1 };
      },
      'add-up': async (context) => await context.invoke('only', double, { n: 1 }),
    };
    const work = async (worker: FlowWorker): Promise<void> => {
      const id = await worker.start(1);
      await waitForState(worker, id, 'waiting-children');
      const [child = ''] = await childrenOf(worker);
      await waitForState(worker, child, 'active');
      // As when a worker dies between the commit and the end of the job.
      await worker.query(
        `UPDATE ops.run SET state = 'succeeded', output = '{"sum":5}', ended_at = now(), attempt = 9 WHERE id = '${child}'`,
      );
      await waitFor('the parent’s job is awake', async () => {
        await worker.reconciler.pass();
        return (await worker.carrier.queue('test').getJobState(id)) === 'waiting-children' ? undefined : true;
      });
      assert.deepEqual((await worker.ended(id)).output, { sum: 5 });
      assert.equal(await worker.carrier.queue('test').getJobState(child), 'active');
      gate.open();
    };
    // A child that is not told to let go keeps its job, so that nothing else wakes the parent.
    await withFlowWorker(t, carrier, bodies, work, { slots: 2, watch: { add: () => () => {} } });
  });
}

test('a job shows the newest lines of a long log only; the record has them all', async (t) => {
  const bodies: Bodies = {
    double: async () => ({ sum: 1 }),
    async 'add-up'(context) {
      for (let line = 1; line <= 60; line += 1) context.log.info(`line ${line}`);
      await context.invoke('between', double, { n: 1 });
      return { sum: 1 };
    },
  };
  await withFlowWorker(t, 'redis', bodies, async (worker) => {
    const id = await worker.start(1);
    await waitForState(worker, id, 'completed');
    const { logs } = await worker.carrier.queue('test').getJobLogs(id);
    assert.equal(logs.length, 100);
    assert.match(logs.at(0) ?? '', /line 21$/);
    assert.match(logs.at(-1) ?? '', /line 60$/);
    assert.equal((await worker.query('SELECT FROM ops.log')).length, 120);
  });
});

test('a carrier that is away holds up neither the log of a run nor its end', async () => {
  const said: string[] = [];
  const never = (): Promise<never> => new Promise(() => {});
  const job = { data: { runId: 'x' }, log: never, updateProgress: never };
  const view = viewJob(job, { debug: (_fields: unknown, message?: string) => said.push(String(message)) });
  await view.show([{ at: new Date(), level: 'info', message: 'says' }], { done: 1, total: 2 });
  assert.match(said.join(), /the job does not show how far its run is: the carrier/);
});

test('an output that is too long for a job is in the record only', async (t) => {
  const bodies: Bodies = {
    double: async () => ({ sum: 1 }),
    'add-up': async () => ({ sum: 1, text: 'x'.repeat(70_000) }),
  };
  await withFlowWorker(t, 'postgres', bodies, async (worker) => {
    const id = await worker.start(1);
    await waitForState(worker, id, 'completed');
    assert.deepEqual((await jobOf(worker, id)).returnvalue, {
      tooLongToShow: `70019 characters of JSON; see /api/runs/${id}`,
    });
  });
});
