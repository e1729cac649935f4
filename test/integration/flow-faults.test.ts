import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count } from '../helpers/ledger.js';
import { flowTasks, withFlowApi } from './flow-fixture.js';

const text = { text: 'a b' };
const first = { key: 'first', task: 'count', input: text };
const words = { $output: 'first', pointer: '/words' };
/** A second step that is right, but for what is given. */
const second = (own: object): object => ({
  key: 'second',
  task: 'double',
  after: ['first'],
  input: { n: words },
  ...own,
});
const withSecond = (own: object): object => ({ steps: [first, second(own)] });
const withWhen = (when: unknown): object => withSecond({ when });
const groupOf = (own: object, ...steps: object[]): object => ({
  steps: [first, { key: 'group', group: { steps, ...own } }],
});
const nest = (levels: number, flow: object): object =>
  levels === 0 ? flow : nest(levels - 1, { steps: [{ key: 'nested', task: 'flow', input: flow }] });

/** Each a flow with one fault, where that is, and what is said of it. */
const faults: Readonly<Record<string, readonly [flow: object, path: string, message: RegExp]>> = {
  'no steps': [{ steps: [] }, '/steps', /fewer than 1/],
  'no list of steps': [{}, '', /required properties steps/],
  'too many steps': [
    { steps: Array.from({ length: 1_001 }, (_, index) => ({ ...first, key: `k${index}` })) },
    '/steps',
    /more than 1000/,
  ],
  'too many steps in a flow within': [
    {
      steps: Array.from({ length: 600 }, (_, index) => ({ ...first, key: `k${index}` })).concat({
        key: 'inner',
        task: 'flow',
        // biome-ignore lint/suspicious/noExplicitAny: another shape of input
        input: { steps: Array.from({ length: 600 }, (_, index) => ({ ...first, key: `k${index}` })) } as any,
      }),
    },
    '/steps/600/input/steps',
    /more than 1000, those of groups and of flows within it included/,
  ],
  'a cycle': [
    {
      steps: [
        { ...first, after: ['c'] },
        { ...first, key: 'b', after: ['first'] },
        { ...first, key: 'c', after: ['b'] },
      ],
    },
    '/steps/0/after',
    /first → c → b → first/,
  ],
  'a step after itself': [{ steps: [{ ...first, after: ['first'] }] }, '/steps/0/after', /first → first/],
  'a cycle through a group': [
    groupOf({}, { ...first, key: 'in', after: ['group'] }),
    '/steps/1/after',
    /group → in → group/,
  ],
  'an unknown step in after': [withSecond({ after: ['first', 'nobody'] }), '/steps/1/after/1', /no step: "nobody"/],
  'a key twice': [{ steps: [first, first] }, '/steps/1/key', /"first" is that of the step at \/steps\/0/],
  'a key twice, in a group': [groupOf({}, first), '/steps/1/group/steps/0/key', /step at \/steps\/0/],
  'a key with a slash': [{ steps: [{ ...first, key: 'a/b' }] }, '/steps/0/key', /pattern/],
  'no key': [{ steps: [{ task: 'count', input: text }] }, '/steps/0', /required properties key/],
  'an unknown field of a step': [withSecond({ afterwards: [] }), '/steps/1', /"afterwards"/],
  'an unknown task': [withSecond({ task: 'nothing' }), '/steps/1/task', /no task: "nothing"; there are .*count/],
  'a task and a group': [withSecond({ group: { steps: [{ ...first, key: 'x' }] } }), '/steps/1', /it has both/],
  'neither a task nor a group': [{ steps: [{ key: 'first' }] }, '/steps/0', /it has neither/],
  'an empty group': [groupOf({}), '/steps/1/group/steps', /fewer than 1/],
  'a group of an unknown mode': [groupOf({ mode: 'random' }, first), '/steps/1/group/mode', /parallel, sequence/],
  'a step of a group that is none': [
    { steps: [{ key: 'g', group: { steps: [7] } }] },
    '/steps/0/group/steps/0',
    /object/,
  ],
  'a limit of a sequence': [
    groupOf({ mode: 'sequence', atMost: 2 }, { ...first, key: 'x' }),
    '/steps/1/group/atMost',
    /not be given for a sequence/,
  ],
  'a limit within a limit': [
    groupOf({ atMost: 2 }, { ...first, key: 'x', forEach: [1], atMost: 1 }),
    '/steps/1/group/steps/0/atMost',
    /within group "group"/,
  ],
  'a limit without a list': [withSecond({ atMost: 1 }), '/steps/1/atMost', /beside forEach/],
  'an input of the wrong type': [{ steps: [{ ...first, input: { text: 7 } }] }, '/steps/0/input/text', /string/],
  'an input without a field': [{ steps: [{ ...first, input: {} }] }, '/steps/0/input', /required properties text/],
  'no input where one is needed': [
    { steps: [{ key: 'first', task: 'count' }] },
    '/steps/0/input',
    /required properties text/,
  ],
  'an input with another field': [{ steps: [{ ...first, input: { ...text, more: 1 } }] }, '/steps/0/input', /"more"/],
  'another field beside a reference': [withSecond({ input: { n: words, more: 1 } }), '/steps/1/input', /"more"/],
  'an output of another type': [
    withSecond({ input: { n: { $output: 'first', pointer: '/list' } } }),
    '/steps/1/input/n',
    /must be integer; the output of step "first" at "\/list" is array/,
  ],
  'a reference to a later step': [
    { steps: [{ ...first, input: { text: { $output: 'second', pointer: '/n' } } }, second({})] },
    '/steps/0/input/text/$output',
    /"second", which need not have ended when this step begins/,
  ],
  'a reference to a step beside': [withSecond({ after: [] }), '/steps/1/input/n/$output', /put it into "after"/],
  'a reference to no step': [
    withSecond({ input: { n: { $output: 'nobody' } } }),
    '/steps/1/input/n/$output',
    /no step: "nobody"/,
  ],
  'a reference to a group': [
    {
      steps: [
        { key: 'group', group: { steps: [first] } },
        second({ after: ['group'], input: { n: { $output: 'group', pointer: '/words' } } }),
      ],
    },
    '/steps/1/input/n/$output',
    /is a group/,
  ],
  'a pointer to what the output does not have': [
    withSecond({ input: { n: { $output: 'first', pointer: '/rows' } } }),
    '/steps/1/input/n/pointer',
    /nothing in the output at "\/rows"; there are words, list/,
  ],
  'a pointer that is none': [
    withSecond({ input: { n: { $output: 'first', pointer: 'words' } } }),
    '/steps/1/input/n/pointer',
    /JSON pointer/,
  ],
  'a pointer with a wrong escape': [
    withSecond({ input: { n: { $output: 'first', pointer: '/wor~ds' } } }),
    '/steps/1/input/n/pointer',
    /JSON pointer/,
  ],
  'a reference with more in it': [
    withSecond({ input: { n: { ...words, or: 0 } } }),
    '/steps/1/input/n',
    /"or" beside a reference/,
  ],
  'an element without a list': [withSecond({ input: { n: { $item: '' } } }), '/steps/1/input/n/$item', /with forEach/],
  'a list that is none': [withSecond({ forEach: 7 }), '/steps/1/forEach', /a list or a reference/],
  'a list that is a number of an output': [withSecond({ forEach: words }), '/steps/1/forEach', /must be array/],
  'elements of another type': [
    withSecond({ forEach: { $output: 'first', pointer: '/list' }, input: { n: { $item: '' } } }),
    '/steps/1/input/n',
    /must be integer; the element at "" is string/,
  ],
  'an element that does not fit': [
    withSecond({ forEach: [1, 2, 'three'], input: { n: { $item: '' } } }),
    '/steps/1/input/n',
    /integer \(for element 2 of forEach\)/,
  ],
  'an element without the field': [
    withSecond({ forEach: [{}], input: { n: { $item: '/n' } } }),
    '/steps/1/input',
    /refers to "\/n", which the element does not have/,
  ],
  'a reference in an element': [
    withSecond({ forEach: [1, words], input: { n: { $item: '' } } }),
    '/steps/1/forEach',
    /must hold values, no references/,
  ],
  'too many elements': [withSecond({ forEach: Array(10_001).fill(1) }), '/steps/1/forEach', /more than 10000/],
  'a condition that is none': [withWhen('always'), '/steps/1/when', /must be a condition/],
  'a condition without an operator': [withWhen(words), '/steps/1/when', /one operator/],
  'an unknown operator': [
    withWhen({ ...words, biggerThan: 1 }),
    '/steps/1/when/biggerThan',
    /no operator; there are equals/,
  ],
  'a comparison with a list': [withWhen({ ...words, atLeast: [1] }), '/steps/1/when/atLeast', /number or a text/],
  'a comparison that can never hold': [withWhen({ ...words, equals: 'two' }), '/steps/1/when/equals', /can never hold/],
  'a condition on an unknown step': [
    withWhen({ step: 'nobody', state: 'failed' }),
    '/steps/1/when/step',
    /no step: "nobody"/,
  ],
  'a condition on an unknown state': [
    withWhen({ step: 'first', state: 'over' }),
    '/steps/1/when/state',
    /succeeded, failed/,
  ],
  'a condition on a step beside': [
    {
      steps: [first, second({}), { ...first, key: 'x', when: { not: { all: [{ step: 'second', state: 'failed' }] } } }],
    },
    '/steps/2/when/not/all/0/step',
    /need not have ended/,
  ],
  'a fault in a flow within a flow': [
    nest(2, withSecond({ input: { n: { $output: 'first', pointer: '/rows' } } })),
    '/steps/0/input/steps/0/input/steps/1/input/n/pointer',
    /there are words, list/,
  ],
  'flows too deep in flows': [
    nest(11, { steps: [first] }),
    `/steps/0${'/input/steps/0'.repeat(10)}/input`,
    /deeper than 10 flows/,
  ],
};

test('each fault of a flow is a 422 that names it, before anything is recorded', (t) =>
  withFlowApi(t, 'postgres', flowTasks, async ({ post, pool }) => {
    for (const [name, [flow, path, message]] of Object.entries(faults)) {
      const { status, body } = await post('flow', flow);
      const got = `${name}: ${status} ${JSON.stringify(body.errors ?? body)}`;
      assert.equal(status, 422, got);
      assert.equal(body.code, 'invalid-request', got);
      const found = body.errors.find((each: { path: string }) => each.path === `/input${path}`);
      assert.match(found?.message ?? '', message, got);
      t.diagnostic(`${name}: ${found.path}: ${found.message.slice(0, 200)}`);
    }
    assert.equal(await count(pool, 'SELECT count(*) FROM ops.run'), 0);
  }));

test('an input is checked without a run: what is right, each fault, and a task that there is not', (t) =>
  withFlowApi(t, 'postgres', flowTasks, async ({ ask, pool }) => {
    const check = (task: string, input: unknown) =>
      ask(`/api/tasks/${task}/checks`, { method: 'POST', body: { input } });
    assert.equal((await check('flow', withSecond({}))).status, 204);
    const refused = await check('flow', withSecond({ task: 'nothing' }));
    assert.equal(refused.status, 422);
    assert.deepEqual(
      refused.body.errors.map(({ path }: { path: string }) => path),
      ['/input/steps/1/task'],
    );
    assert.equal((await check('count', { text: 7 })).body.errors[0].path, '/input/text');
    assert.equal((await check('nothing', {})).status, 404);
    assert.equal(await count(pool, 'SELECT count(*) FROM ops.run'), 0);
  }));

test('a task that flows do not know is refused with its name when it is followed or invoked, too', (t) =>
  withFlowApi(
    t,
    'postgres',
    {
      ...flowTasks,
      outer: {
        input: '{}',
        output: '{}',
        body: `export const run = (context) =>
  context.invoke('inner', context.catalogue.get('flow'), { steps: [{ key: 'a', task: 'nobody' }] });`,
      },
    },
    async ({ run }) => {
      const { state, error } = await run('outer', {});
      assert.equal(state, 'failed');
      assert.match(error.message, /\/steps\/0\/task names no task: "nobody"/);
    },
  ));
