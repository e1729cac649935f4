import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withMillrace } from 'millrace/testing';
import { testServerUrl } from '../helpers/postgres.js';
import { writeTasks } from '../helpers/written-tasks.js';

test('a flow of tasks from outside runs to its end in a test: windows, outcomes and steps', async (t) => {
  const tasksDir = writeTasks(t, {
    'count-words': {
      input: '{ text: Type.String() }',
      output: '{ words: Type.Integer() }',
      body: `import { BadInputError } from 'millrace';
export const run = async (context, { text }) => {
  if (text === '') throw new BadInputError('empty', 'expected a text, got none');
  return await context.commit(async () => ({ words: text.split(' ').length }));
};`,
    },
    'count-all': {
      input: '{ texts: Type.Array(Type.String()) }',
      output: '{ words: Type.Integer(), failures: Type.Array(Type.String()), starts: Type.Integer() }',
      body: `import { definition as countWords } from '../count-words/definition.js';
let starts = 0;
export const run = async (context, { texts }) => {
  const counted = await context.step('starts', () => (starts += 1));
  const outcomes = await context.invokeAll('text', countWords, texts.map((text) => ({ text })), { atMost: 1, settled: true });
  return {
    words: outcomes.reduce((sum, each) => sum + (each.state === 'succeeded' ? each.output.words : 0), 0),
    failures: outcomes.flatMap((each) => (each.state === 'failed' ? [each.error.run.error.message] : [])),
    starts: counted,
  };
};`,
    },
  });
  await withMillrace({ tasksDir, serverUrl: await testServerUrl() }, async (millrace) => {
    const { state, output, attempts, log } = await millrace.run('count-all', { texts: ['a b', '', 'c d e'] });
    assert.deepEqual([state, attempts, log], ['succeeded', 2, []]);
    assert.deepEqual(output, { words: 5, failures: ['expected a text, got none'], starts: 1 });
  });
});

test('of file tasks that are invoked together, those that can load are waited for before the fault of another fails the parent', async (t) => {
  const tasksDir = writeTasks(t, {
    'load-both': {
      input: '{ files: Type.Array(Type.String()) }',
      output: '{}',
      body: `export const run = async (context, { files }) => {
  const load = context.catalogue.get('load-vehicle-status');
  await context.invokeAll('load', load, files.map((file) => ({ files: [file] })));
  return {};
};`,
    },
  });
  await withMillrace({ tasksDir, serverUrl: await testServerUrl() }, async (millrace) => {
    const id = await millrace.drop('vehicle_status_1.json', 'no status');
    const { state, attempts, error } = await millrace.run('load-both', { files: [id, '999999'] });
    assert.deepEqual([state, attempts], ['failed', 2]);
    assert.match(error?.message ?? '', /names file 999999, which the ledger does not know/);
    const runs = await millrace.rows('SELECT task, state FROM ops.run WHERE parent_id IS NOT NULL');
    assert.deepEqual(runs, [{ task: 'load-vehicle-status', state: 'failed' }]);
  });
});
