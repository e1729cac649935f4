import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadInputError } from '#contracts/errors.js';
import { InvokedRunError } from '#contracts/invoke-errors.js';
import { addUp, type Bodies, double, withFlowWorker } from '../../test/helpers/flow-worker.js';
import { carriers } from '../../test/helpers/platform.js';
import { waitFor } from '../../test/helpers/wait.js';

const numbers = (upTo: number): { n: number }[] => Array.from({ length: upTo }, (_, n) => ({ n }));
const sumOf = (parts: readonly { sum: number }[]): number => parts.reduce((sum, each) => sum + each.sum, 0);
const doubles: Bodies['double'] = async (_context, { n }) => ({ sum: 2 * n });

for (const carrier of carriers) {
  test(`a task that invokes others on a single slot gives it back, starts again and gets their recorded results (${carrier})`, async (t) => {
    let parentBodies = 0;
    let childBodies = 0;
    const bodies: Bodies = {
      double: async (context, input) => {
        childBodies += 1;
        return await doubles(context, input);
      },
      'add-up': async (context, { upTo }) => {
        parentBodies += 1;
        const first = await context.invoke('first', double, { n: 100 });
        return { sum: first.sum + sumOf(await context.invokeAll('rest', double, numbers(upTo))) };
      },
    };
    await withFlowWorker(t, carrier, bodies, async ({ run, query }) => {
      const ended = await run(4);
      assert.deepEqual([ended.state, ended.output], ['succeeded', { sum: 212 }]);
      assert.equal(parentBodies, 3, 'once per wait and once to the end');
      assert.equal(childBodies, 5, 'each invoked run ran once');
      const children = await query(
        `SELECT invoke_key AS key, root_id = parent_id AS rooted, trigger FROM ops.run WHERE parent_id IS NOT NULL ORDER BY 1`,
      );
      assert.deepEqual(
        children.map((row) => [row['key'], row['rooted'], row['trigger']]),
        [['first', true, 'invoke'], ...[0, 1, 2, 3].map((n) => [`rest/${n}`, true, 'invoke'])],
      );
      const attempts = await query(`SELECT state FROM ops.attempt WHERE run_id = '${ended.id}' ORDER BY number`);
      assert.deepEqual(
        attempts.map((row) => row['state']),
        ['suspended', 'suspended', 'succeeded'],
      );
    });
  });

  test(`an invoked run that fails fails its parent with its words, without another try of the parent (${carrier})`, async (t) => {
    const bodies: Bodies = {
      double: () => Promise.reject(new BadInputError('odd', 'expected an even number')),
      'add-up': async (context) => await context.invoke('only', double, { n: 1 }),
    };
    await withFlowWorker(t, carrier, bodies, async ({ run, query }) => {
      const ended = await run(1);
      assert.equal(ended.state, 'failed');
      assert.match(ended.error?.message ?? '', /"only", double\) failed: expected an even number/);
      assert.equal((await query(`SELECT FROM ops.attempt WHERE run_id = '${ended.id}'`)).length, 2);
    });
  });

  test(`of invoked runs at most so many are under way, and as one ends the next one starts (${carrier})`, async (t) => {
    const begun: number[] = [];
    const ended: number[] = [];
    let most = 0;
    const bodies: Bodies = {
      double: async (context, input) => {
        begun.push(input.n);
        most = Math.max(most, begun.length - ended.length);
        // The first holds its slot until all others are done, which they never would be if it held up the next ones.
        if (input.n === 0) await waitFor('the others have ended', async () => (ended.length === 9 ? true : undefined));
        ended.push(input.n);
        return await doubles(context, input);
      },
      'add-up': async (context, { upTo }) => ({
        sum: sumOf(await context.invokeAll('all', double, numbers(upTo), { atMost: 2 })),
      }),
    };
    await withFlowWorker(
      t,
      carrier,
      bodies,
      async ({ run, query }) => {
        assert.deepEqual((await run(10)).output, { sum: 90 });
        assert.equal(most, 2);
        // Those that start together may begin in either order.
        assert.deepEqual(begun.slice(0, 2).toSorted(), [0, 1]);
        assert.deepEqual(begun.slice(2), [2, 3, 4, 5, 6, 7, 8, 9]);
        assert.deepEqual(await query('SELECT FROM ops.run WHERE held'), []);
        assert.equal(
          (await query(`SELECT FROM ops.attempt a JOIN ops.run r ON r.id = a.run_id WHERE r.task = 'add-up'`)).length,
          2,
        );
      },
      { slots: 8 },
    );
  });
}

test('a parent may catch the failure of a run it invoked and go on', async (t) => {
  const bodies: Bodies = {
    double: () => Promise.reject(new BadInputError('odd', 'no')),
    'add-up': async (context) => {
      try {
        return await context.invoke('only', double, { n: 1 });
      } catch (error) {
        if (!(error instanceof InvokedRunError)) throw error;
        return { sum: -1 };
      }
    },
  };
  await withFlowWorker(t, 'postgres', bodies, async ({ run }) => {
    const ended = await run(1);
    assert.deepEqual([ended.state, ended.output], ['succeeded', { sum: -1 }]);
  });
});

test('the outcomes of settled runs say which failed and why', async (t) => {
  const bodies: Bodies = {
    double: async (context, input) => {
      if (input.n % 2 === 1) throw new BadInputError('odd', `${input.n} is odd`);
      return await doubles(context, input);
    },
    'add-up': async (context, { upTo }) => {
      const outcomes = await context.invokeAll('all', double, numbers(upTo), { settled: true, atMost: 1 });
      const shown = outcomes.map((each) =>
        each.state === 'succeeded' ? each.output.sum : each.error.run.error?.message,
      );
      assert.deepEqual(shown, [0, '1 is odd', 4, '3 is odd']);
      return { sum: shown.length };
    },
  };
  await withFlowWorker(t, 'postgres', bodies, async ({ run }) => {
    assert.deepEqual((await run(4)).output, { sum: 4 });
  });
});

test('a run that is invoked and not awaited yet runs while the body goes on', async (t) => {
  let isDone = false;
  const bodies: Bodies = {
    double: async (context, input) => {
      isDone = true;
      return await doubles(context, input);
    },
    'add-up': async (context) => {
      const going = context.invoke('early', double, { n: 4 });
      going.catch(() => {});
      await waitFor('the invoked run has run', async () => isDone || undefined);
      return await going;
    },
  };
  await withFlowWorker(t, 'redis', bodies, async ({ run }) => assert.deepEqual((await run(1)).output, { sum: 8 }), {
    slots: 2,
  });
});

test('what is invoked twice under one key, or with a limit that is none, fails the run with what to do', async (t) => {
  const bodies: Bodies = {
    double: doubles,
    'add-up': async (context, { upTo }) => {
      if (upTo === 0) return { sum: sumOf(await context.invokeAll('all', double, [], { atMost: 0 })) };
      const [one, two] = await Promise.all([
        context.invoke('same', double, { n: 1 }),
        context.invoke('same', double, { n: 2 }),
      ]);
      return { sum: one.sum + two.sum };
    },
  };
  await withFlowWorker(t, 'postgres', bodies, async ({ run }) => {
    assert.match((await run(0)).error?.message ?? '', /atMost: expected a positive whole number, got 0/);
    assert.match((await run(1)).error?.message ?? '', /expected each key once, got "same" twice; name them apart/);
  });
});

test('an input that does not fit fails the run at once, and none of its neighbours is recorded', async (t) => {
  const bodies: Bodies = {
    double: doubles,
    'add-up': async (context) => ({
      sum: sumOf(await context.invokeAll('all', double, [{ n: 1 }, { n: Number.NaN }, { n: 3 }])),
    }),
  };
  await withFlowWorker(t, 'postgres', bodies, async ({ run, query }) => {
    const ended = await run(1);
    assert.match(ended.error?.message ?? '', /does not fit the task's schema: \/n must be number/);
    assert.deepEqual(await query('SELECT state FROM ops.attempt'), [{ state: 'failed' }]);
    assert.deepEqual(await query('SELECT FROM ops.run WHERE parent_id IS NOT NULL'), []);
  });
});

test('a body that meets another task under a key than before says so', async (t) => {
  let attempts = 0;
  const bodies: Bodies = {
    double: doubles,
    'add-up': async (context) => {
      attempts += 1;
      if (attempts === 1) return await context.invoke('one', double, { n: 1 });
      return await context.invoke('one', addUp, { upTo: 1 });
    },
  };
  await withFlowWorker(t, 'postgres', bodies, async ({ run }) => {
    assert.match((await run(1)).error?.message ?? '', /"one" invoked double before and add-up now/);
  });
});
