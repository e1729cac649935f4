import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { BadInputError } from '#contracts/errors.js';
import { type Bodies, double, withFlowWorker } from '../../test/helpers/flow-worker.js';
import { waitFor } from '../../test/helpers/wait.js';

const doubles: Bodies['double'] = async (_context, { n }) => ({ sum: 2 * n });

test('a step is done once, whatever makes the body start again, and gives the same result each time', async (t) => {
  const seen: unknown[] = [];
  let done = 0;
  let attempts = 0;
  const bodies: Bodies = {
    double: doubles,
    'add-up': async (context) => {
      attempts += 1;
      const id = await context.step('id', () => {
        done += 1;
        return { id: randomUUID(), at: new Date(0), nothing: undefined };
      });
      const nothing = await context.step('nothing', () => undefined);
      await context.invoke('child', double, { n: 1 });
      seen.push([id, nothing]);
      if (attempts === 2) throw new Error('a passing fault');
      return { sum: 0 };
    },
  };
  await withFlowWorker(t, 'postgres', bodies, async ({ run, query }) => {
    assert.equal((await run(1)).state, 'succeeded');
    assert.equal(done, 1);
    assert.equal(attempts, 3);
    assert.deepEqual(seen[0], seen[1]);
    const [[first]] = seen as [[{ id: string; at: string }, null]];
    assert.deepEqual(Object.keys(first), ['id', 'at'], 'what JSON keeps of it');
    assert.deepEqual(await query('SELECT key, attempt, output FROM ops.step ORDER BY key'), [
      { key: 'id', attempt: 1, output: first },
      { key: 'nothing', attempt: 1, output: null },
    ]);
  });
});

test('a step that throws is not recorded and is done again by the next attempt', async (t) => {
  let tries = 0;
  const bodies: Bodies = {
    double: doubles,
    'add-up': async (context) => ({
      sum: await context.step('flaky', () => {
        tries += 1;
        if (tries === 1) throw new Error('not yet');
        return tries;
      }),
    }),
  };
  await withFlowWorker(t, 'postgres', bodies, async ({ run }) => {
    assert.deepEqual((await run(1)).output, { sum: 2 });
  });
});

test('steps and invocations side by side: the steps are recorded before the body is left', async (t) => {
  let done = 0;
  const bodies: Bodies = {
    double: doubles,
    'add-up': async (context) => {
      const going = context.invoke('child', double, { n: 1 });
      const [child, step] = await Promise.all([
        going,
        context.step('slow', async () => {
          await going.catch(() => {});
          await new Promise((resolve) => setImmediate(resolve));
          done += 1;
          return 1;
        }),
      ]);
      return { sum: child.sum + step };
    },
  };
  await withFlowWorker(t, 'redis', bodies, async ({ run }) => {
    assert.deepEqual((await run(1)).output, { sum: 3 });
    assert.equal(done, 1);
  });
});

test('a key that is used twice, and a result that is too large, fail the run with what to do', async (t) => {
  const bodies: Bodies = {
    double: doubles,
    'add-up': async (context, { upTo }) => {
      if (upTo === 0) await context.step('large', () => 'x'.repeat(2 ** 20));
      await context.step('twice', () => 1);
      return { sum: await context.step('twice', () => 2) };
    },
  };
  await withFlowWorker(t, 'postgres', bodies, async ({ run }) => {
    assert.match((await run(0)).error?.message ?? '', /step "large": expected a result of at most 1048576 characters/);
    assert.match((await run(1)).error?.message ?? '', /expected each step's key once, got "twice" twice/);
  });
});

test('a step that hangs is left behind when its body fails', async (t) => {
  const bodies: Bodies = {
    double: doubles,
    'add-up': async (context) => {
      void context.step('hangs', () => new Promise<void>(() => {}));
      throw new BadInputError('bad', 'gives up');
    },
  };
  await withFlowWorker(t, 'postgres', bodies, async ({ run, query }) => {
    assert.match((await run(1)).error?.message ?? '', /gives up/);
    assert.deepEqual(await query('SELECT FROM ops.step'), []);
  });
});

test('an attempt that another has overtaken records no step', async (t) => {
  let overtake: (() => Promise<unknown>) | undefined;
  const bodies: Bodies = {
    double: doubles,
    'add-up': async (context) => {
      const now = overtake;
      overtake = undefined;
      return { sum: (await context.step('one', async () => await now?.())) === undefined ? 0 : 1 };
    },
  };
  await withFlowWorker(t, 'postgres', bodies, async ({ start, pool, query }) => {
    overtake = () => pool.query(`UPDATE ops.run SET attempt = attempt + 1, state = 'queued'`);
    const id = await start(1);
    // The one that was overtaken leaves the run alone; its job is over.
    await waitFor('the job is over', async () =>
      (await query(`SELECT FROM bullmq.job WHERE id = '${id}' AND state = 'completed'`)).length === 1
        ? true
        : undefined,
    );
    assert.deepEqual(await query('SELECT FROM ops.step'), []);
  });
});
