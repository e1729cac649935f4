import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { carriers } from '../helpers/platform.js';
import { flowTasks, withFlowApi } from './flow-fixture.js';

for (const carrier of carriers) {
  test(`${carrier}: a flow of ten steps with a branch, a group, a sequence and a list runs as it was composed over HTTP`, (t) =>
    withFlowApi(t, carrier, flowTasks, async ({ run, ask }) => {
      const steps = [
        { key: 'count', task: 'count', input: { text: 'one two three' } },
        { key: 'many', task: 'double', input: { n: 10 }, after: ['count'], when: words({ atLeast: 3 }) },
        { key: 'few', task: 'double', input: { n: 20 }, after: ['count'], when: words({ lessThan: 3 }) },
        { key: 'after-few', task: 'double', input: { n: 1 }, after: ['few'] },
        {
          key: 'both',
          after: ['many'],
          group: {
            atMost: 1,
            steps: [
              { key: 'left', task: 'double', input: { n: { $output: 'many', pointer: '/n' } } },
              { key: 'right', task: 'double', input: { n: { $output: 'count', pointer: '/words' } } },
            ],
          },
        },
        {
          key: 'line',
          after: ['both'],
          group: {
            mode: 'sequence',
            steps: [
              { key: 'first', task: 'double', input: { n: { $output: 'left', pointer: '/n' } } },
              { key: 'second', task: 'double', input: { n: { $output: 'first', pointer: '/n' } } },
            ],
          },
        },
        {
          key: 'each',
          task: 'count',
          after: ['count'],
          forEach: { $output: 'count', pointer: '/list' },
          atMost: 2,
          input: { text: { $item: '' } },
        },
        { key: 'end', task: 'double', after: ['line', 'each'], input: { n: { $output: 'each', pointer: '/2/words' } } },
      ];
      const flow = await run('flow', { steps });
      assert.deepEqual(statesOf(flow.output), {
        ...{ count: 'succeeded', many: 'succeeded', few: 'skipped', 'after-few': 'skipped', both: 'succeeded' },
        ...{ left: 'succeeded', right: 'succeeded', line: 'succeeded', first: 'succeeded', second: 'succeeded' },
        ...{ each: 'succeeded', end: 'succeeded' },
      });
      const { left, right, second, each, end } = flow.output.steps;
      assert.deepEqual([left.output.n, right.output.n, second.output.n, end.output.n], [40, 6, 160, 2]);
      assert.deepEqual(
        [each.runs, each.output.map((one: { list: string[] }) => one.list[0])],
        [3, ['one', 'two', 'three']],
      );
      const { body: child } = await ask(`/api/runs/${second.runId}`);
      assert.deepEqual([child.invokeKey, child.parentId], ['second', flow.id]);
    }));

  test(`${carrier}: a failed step that a step asks about is handled; one that nobody asks about fails the flow and is named`, (t) =>
    withFlowApi(t, carrier, flowTasks, async ({ run, pool }) => {
      const broken = { key: 'broken', task: 'fail', input: { reason: 'as asked' } };
      const after = { key: 'next', task: 'fail', after: ['broken'] };
      const rescue = { ...after, key: 'rescue', when: { step: 'broken', state: 'failed' } };
      const handled = await run('flow', { steps: [broken, after, rescue] });
      assert.equal(handled.state, 'succeeded');
      assert.deepEqual(statesOf(handled.output), { broken: 'failed', next: 'skipped', rescue: 'succeeded' });

      const group = { key: 'group', group: { steps: [broken, { key: 'other', task: 'double', input: { n: 1 } }] } };
      const mend = { key: 'mend', task: 'fail', after: ['group'], when: { step: 'group', state: 'failed' } };
      const ofGroup = await run('flow', { steps: [group, mend] });
      assert.deepEqual(statesOf(ofGroup.output), {
        ...{ group: 'failed', broken: 'failed', other: 'succeeded', mend: 'succeeded' },
      });

      const apart = {
        key: 'apart',
        group: {
          mode: 'sequence',
          steps: [
            { key: 'one', task: 'double', input: { n: 1 } },
            { key: 'two', task: 'double', input: { n: 2 } },
          ],
        },
      };
      const failed = await run('flow', { steps: [broken, after, apart] });
      assert.equal(failed.state, 'failed');
      assert.match(failed.error.message, /^the invoked run [0-9a-f-]{36} \("broken", fail\) failed: as asked$/);
      const { rows } = await pool.query(
        'SELECT invoke_key AS key, state FROM ops.run WHERE parent_id = $1 ORDER BY 1',
        [failed.id],
      );
      assert.deepEqual(
        rows,
        [
          { key: 'broken', state: 'failed' },
          { key: 'one', state: 'succeeded' },
          { key: 'two', state: 'succeeded' },
        ],
        'what does not depend on it went on',
      );
    }));
}

for (const carrier of carriers) {
  test(`${carrier}: a branch of a flow goes on while another is under way`, (t) =>
    withFlowApi(t, carrier, { ...flowTasks, gate }, async ({ run }) => {
      const n = (step: string) => ({ n: { $output: step, pointer: '/n' } });
      const flow = await run('flow', {
        steps: [
          { key: 'slow', task: 'gate' },
          { key: 'one', task: 'double', input: { n: 1 } },
          { key: 'two', task: 'double', after: ['one'], input: n('one') },
          { key: 'list', task: 'double', after: ['two'], forEach: [1, 2, 3], atMost: 1, input: n('two') },
          { key: 'last', task: 'double', after: ['list'], input: n('two') },
        ],
      });
      assert.equal(flow.state, 'succeeded');
      assert.equal(flow.output.steps.last.output.n, 8);
    }));
}

/** Ends when the step "last" has. */
const gate = {
  input: '{}',
  output: '{}',
  body: `export const run = async (context) => {
  for (;;) {
    const { rows } = await context.services.pool.query("SELECT FROM ops.run WHERE invoke_key = 'last' AND state = 'succeeded'");
    if (rows.length > 0) return {};
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
};`,
};

test('conditions: states, outputs, all, any, not, and what is missing', (t) =>
  withFlowApi(t, 'postgres', flowTasks, async ({ run }) => {
    const when = (key: string, condition: unknown) => ({
      key,
      task: 'fail',
      after: ['count', 'none'],
      when: condition,
    });
    const list = (comparison: object) => ({ $output: 'count', pointer: '/list', ...comparison });
    const flow = await run('flow', {
      steps: [
        { key: 'count', task: 'count', input: { text: 'a b' } },
        { key: 'none', task: 'fail' },
        when('equals', list({ equals: ['a', 'b'] })),
        when('not-equals', list({ notEquals: ['a', 'b'] })),
        when('in', words({ in: [1, 2] })),
        when('greater', words({ greaterThan: 2 })),
        when('at-most', words({ atMost: 2 })),
        when('missing', { $output: 'none', pointer: '/maybe', notEquals: 3 }),
        when('exists', { not: { $output: 'none', pointer: '/maybe', exists: true } }),
        when('all', { all: [words({ equals: 2 }), { step: 'none', state: 'failed' }] }),
        when('any', { any: [words({ equals: 3 }), { not: { step: 'none', state: 'skipped' } }] }),
      ],
    });
    const ran = Object.entries(statesOf(flow.output))
      .filter(([, state]) => state === 'succeeded')
      .map(([key]) => key);
    // jsonb keeps no order of keys.
    assert.deepEqual(new Set(ran), new Set(['count', 'none', 'equals', 'in', 'at-most', 'exists', 'any']));
  }));

test('a flow within a flow, an empty list, and an output that is too long to be repeated', (t) =>
  withFlowApi(t, 'postgres', flowTasks, async ({ run, ask }) => {
    const inner = {
      steps: [
        { key: 'count', task: 'count', input: { text: 'x '.repeat(20_000) } },
        { key: 'n', task: 'double', after: ['count'], input: { n: { $output: 'count', pointer: '/words' } } },
      ],
    };
    const flow = await run('flow', {
      steps: [
        { key: 'inner', task: 'flow', input: inner },
        { key: 'none', task: 'double', forEach: [], input: { n: 1 } },
        {
          key: 'n',
          task: 'double',
          after: ['inner'],
          input: { n: { $output: 'inner', pointer: '/steps/n/output/n' } },
        },
      ],
    });
    const { n, inner: nested, none } = flow.output.steps;
    assert.deepEqual([n.output.n, none.runs, none.output], [80_004, 0, []]);
    const { count } = nested.output.steps;
    assert.equal(count.output, undefined);
    assert.equal((await ask(count.outputAt)).body.output.words, 20_001);
  }));

test('what only the run can tell fails it with the step and the pointer', (t) =>
  withFlowApi(t, 'postgres', flowTasks, async ({ run }) => {
    const none = { key: 'none', task: 'fail' };
    const missing = await run('flow', {
      steps: [
        none,
        { key: 'next', task: 'double', after: ['none'], input: { n: { $output: 'none', pointer: '/maybe' } } },
      ],
    });
    assert.equal(missing.error.message, 'step "next": expected the output of step "none" at "/maybe", there is none');
    const file = await run('flow', {
      steps: [
        { key: 'count', task: 'count', input: { text: '1 2' } },
        {
          key: 'load',
          task: 'load-data-sample',
          after: ['count'],
          input: { files: { $output: 'count', pointer: '/list' } },
        },
      ],
    });
    assert.match(
      file.error.message,
      /^step "load": its input does not fit the task: \/files\/0 names file 1, which the ledger does not know, it is the output of step "count" at "\/list"/,
    );
  }));

const words = (comparison: object) => ({ $output: 'count', pointer: '/words', ...comparison });

const statesOf = (output: { steps: Record<string, { state: string }> }): Record<string, string> =>
  Object.fromEntries(Object.entries(output.steps).map(([key, { state }]) => [key, state]));

test('the flow of docs/flows.md runs as it stands there', (t) =>
  withFlowApi(t, 'postgres', {}, async ({ run }) => {
    const page = readFileSync(new URL('../../../docs/flows.md', import.meta.url), 'utf8');
    const [, example = ''] = /```json\n(.*?)```/s.exec(page) ?? [];
    const { state, output } = await run('flow', JSON.parse(example).input);
    assert.equal(state, 'succeeded');
    assert.deepEqual(statesOf(output), {
      ...{ reload: 'succeeded', star: 'skipped', others: 'succeeded', days: 'succeeded', images: 'succeeded' },
    });
  }));
