import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bodies, double, type FlowWorker, withFlowWorker } from '../../test/helpers/flow-worker.js';
import { carriers } from '../../test/helpers/platform.js';
import { waitFor } from '../../test/helpers/wait.js';

const inputs = (count: number): { n: number }[] => Array.from({ length: count }, (_, n) => ({ n }));

/** Attempts of a run, each with whether it began before the one before it had ended. */
const overlaps = (id: string): string => `SELECT number FROM (
    SELECT number, started_at < lag(ended_at) OVER (ORDER BY number) AS too_early FROM ops.attempt WHERE run_id = '${id}'
  ) attempts WHERE too_early`;

for (const carrier of carriers) {
  test(`a branch goes on while another is under way, after one run and after several (${carrier})`, async (t) => {
    const ended = new Set<number>();
    const bodies: Bodies = {
      double: async (_context, { n }) => {
        // Is under way until the other branch is through, which it never would be if it waited for this one.
        if (n >= 100) await waitFor('the other branch is through', async () => (ended.has(n - 100) ? true : undefined));
        ended.add(n);
        return { sum: 2 * n };
      },
      'add-up': async (context, { upTo }) => {
        const [ofOne, slow] = await Promise.all([
          context.invoke('a', double, { n: 1 }).then(({ sum }) => context.invoke('b', double, { n: 10 + sum })),
          context.invoke('slow', double, { n: 112 }),
        ]);
        const [ofMany, slower] = await Promise.all([
          context
            .invokeAll('list', double, inputs(upTo), { atMost: 2 })
            .then((all) => context.invoke('after', double, { n: 20 + all.length })),
          context.invoke('slower', double, { n: 120 + upTo }),
        ]);
        return { sum: ofOne.sum + slow.sum + ofMany.sum + slower.sum };
      },
    };
    await withFlowWorker(
      t,
      carrier,
      bodies,
      async ({ run, query }) => {
        const { id, state, output } = await run(5);
        assert.deepEqual([state, output], ['succeeded', { sum: 24 + 224 + 50 + 250 }]);
        assert.deepEqual(await query(overlaps(id)), []);
        assert.deepEqual(
          await query(
            'SELECT FROM ops.attempt a JOIN ops.run r ON r.id = a.run_id AND a.number > 1 AND r.parent_id IS NOT NULL',
          ),
          [],
        );
      },
      { slots: 3 },
    );
  });

  test(`of many branches each run is done once, whichever ends first, and the body is never started twice at a time (${carrier})`, async (t) => {
    let starts = 0;
    let underWay = 0;
    const bodies: Bodies = {
      double: async (_context, { n }) => ({ sum: 2 * n }),
      'add-up': async (context, { upTo }) => {
        starts += 1;
        underWay += 1;
        assert.equal(underWay, 1);
        try {
          const branch = async ({ n }: { n: number }): Promise<number> => {
            const first = await context.invoke(`first-${n}`, double, { n });
            const all = await context.invokeAll(`second-${n}`, double, [{ n: first.sum }, { n: 0 }]);
            const { sum } = await context.invoke(`third-${n}`, double, { n: all[0]?.sum ?? 0 });
            return sum;
          };
          const sums = await Promise.allSettled(inputs(upTo).map(branch));
          const failed = sums.find((each) => each.status === 'rejected');
          if (failed) throw failed.reason;
          return { sum: sums.reduce((sum, each) => sum + (each.status === 'fulfilled' ? each.value : 0), 0) };
        } finally {
          underWay -= 1;
        }
      },
    };
    await withFlowWorker(
      t,
      carrier,
      bodies,
      async ({ run, query }) => {
        const upTo = 40;
        const { id, state, output } = await run(upTo);
        assert.deepEqual([state, output], ['succeeded', { sum: (8 * upTo * (upTo - 1)) / 2 }]);
        assert.deepEqual(await query(overlaps(id)), []);
        const [counted] = await query(
          `SELECT count(*)::int AS runs, sum(attempt)::int AS attempts FROM ops.run WHERE parent_id = '${id}'`,
        );
        assert.deepEqual(counted, { runs: 4 * upTo, attempts: 4 * upTo });
        t.diagnostic(`${starts} starts of the body`);
      },
      { slots: 8 },
    );
  });

  test(`a parent whose wake was lost is found by the reconciler although other branches go on (${carrier})`, async (t) => {
    const state = { isOver: false };
    const bodies: Bodies = {
      double: async (_context, { n }) => {
        if (n < 100) return { sum: n };
        await waitFor('the test is over', async () => (state.isOver ? true : undefined));
        return { sum: 0 };
      },
      'add-up': async (context) => {
        const [{ sum }] = await Promise.all([
          context.invoke('lost', double, { n: 100 }).then((lost) => context.invoke('next', double, { n: lost.sum })),
          context.invoke('slow', double, { n: 101 }),
        ]);
        return { sum };
      },
    };
    await withFlowWorker(
      t,
      carrier,
      bodies,
      async ({ start, ended, query, reconciler }) => {
        const id = await start(1);
        await underWay({ query }, 2);
        await query(
          `UPDATE ops.attempt SET state = 'succeeded', ended_at = now() WHERE run_id IN (SELECT id FROM ops.run WHERE invoke_key = 'lost')`,
        );
        await query(
          `UPDATE ops.run SET state = 'succeeded', output = '{"sum":7}', ended_at = now() WHERE invoke_key = 'lost'`,
        );
        await waitFor('the next run has ended', async () => {
          await reconciler.pass();
          return (await query(`SELECT FROM ops.run WHERE invoke_key = 'next' AND ended_at IS NOT NULL`))[0];
        });
        state.isOver = true;
        assert.deepEqual((await ended(id)).output, { sum: 7 });
      },
      { slots: 3 },
    );
  });
}

/** Waits until so many invoked runs have begun. */
const underWay = ({ query }: Pick<FlowWorker, 'query'>, count: number): Promise<true> =>
  waitFor('they are under way', async () => {
    const found = await query(`SELECT FROM ops.run WHERE parent_id IS NOT NULL AND state = 'running'`);
    return found.length === count || undefined;
  });

test('a body that waits for one invocation only is started twice, however many runs that is', async (t) => {
  const bodies: Bodies = {
    double: async (_context, { n }) => ({ sum: n }),
    'add-up': async (context, { upTo }) => ({
      sum: (await context.invokeAll('all', double, inputs(upTo))).reduce((sum, each) => sum + each.sum, 0),
    }),
  };
  await withFlowWorker(t, 'postgres', bodies, async ({ run, query }) => {
    const { id } = await run(10);
    assert.equal((await query(`SELECT FROM ops.attempt WHERE run_id = '${id}'`)).length, 2);
    assert.deepEqual(await query('SELECT FROM ops.run WHERE awaits IS NOT NULL'), []);
  });
});

test('a body that says that it waits for all is not started for one of them', async (t) => {
  const ended = new Set<number>();
  const bodies: Bodies = {
    double: async (_context, { n }) => {
      if (n > 0) await waitFor('the one before has ended', async () => (ended.has(n - 1) ? true : undefined));
      ended.add(n);
      return { sum: n };
    },
    'add-up': async (context, { upTo }) => {
      const each = inputs(upTo).map(({ n }) => context.invoke(`n-${n}`, double, { n }, { wakes: false }));
      return { sum: (await Promise.all(each)).reduce((sum, { sum: part }) => sum + part, 0) };
    },
  };
  await withFlowWorker(
    t,
    'postgres',
    bodies,
    async ({ run, query }) => {
      const { id, output } = await run(5);
      assert.deepEqual(output, { sum: 10 });
      assert.equal((await query(`SELECT FROM ops.attempt WHERE run_id = '${id}'`)).length, 2);
    },
    { slots: 5 },
  );
});
