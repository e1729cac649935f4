import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type TestMillrace, withMillrace } from 'millrace/testing';
import { testServerUrl } from '../helpers/postgres.js';

const definition = `
import { defineTask, Type } from '${import.meta.resolve('millrace')}';
export const definition = defineTask({
  name: 'fail', description: 'Fails as it is told', queue: 'q', timeoutMs: 10_000, concurrency: 1, priority: 0,
  input: Type.Object({ how: Type.String() }), output: Type.Object({}),
  retry: { attempts: 2, backoffMs: 60_000, maxBackoffMs: 60_000 } });`;
const body = `
import { BadInputError } from '${import.meta.resolve('millrace')}';
import { readFileSync } from 'node:fs';
import { fail } from '../_shared/fail.js';
export const run = async (context, { how }) => {
  context.log.info('reads ' + import.meta.dirname);
  if (how === 'bad input') throw new BadInputError('no-good', 'it is no good');
  if (how === 'file') readFileSync(new URL('./none.txt', import.meta.url));
  fail();
};`;

/** Runs work with a task in a folder of TASKS_DIR that fails. */
async function withFailingTask(t: TestContext, work: (millrace: TestMillrace, folder: string) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-outside-tasks-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const part of ['fail', '_shared']) mkdirSync(join(folder, part));
  writeFileSync(join(folder, 'fail/definition.js'), definition);
  writeFileSync(join(folder, 'fail/body.js'), body);
  writeFileSync(join(folder, '_shared/fail.js'), 'export function fail() { throw new Error("no way"); }');
  await withMillrace({ tasksDir: folder, serverUrl: await testServerUrl() }, (millrace) => work(millrace, folder));
}

test('errors that a task from outside throws decide what happens to its run', async (t) => {
  await withFailingTask(t, async (millrace) => {
    const refused = await millrace.run('fail', { how: 'bad input' });
    assert.deepEqual([refused.state, refused.attempts], ['failed', 1]);
    assert.deepEqual(refused.error, { name: 'BadInputError', code: 'no-good', message: 'it is no good' });
    const failed = await millrace.run('fail', { how: 'error' });
    assert.deepEqual([failed.state, failed.attempts, failed.error?.message], ['failed', 2, 'no way']);
  });
});

test('what is stored of a task from outside names its folder nowhere', async (t) => {
  await withFailingTask(t, async (millrace, folder) => {
    for (const how of ['error', 'file']) {
      const { log, error } = await millrace.run('fail', { how });
      const text = JSON.stringify({ log, error });
      assert.ok(!text.includes(folder), text);
      assert.match(text, how === 'file' ? /none\.txt/ : /_shared\/fail\.js:1:/, 'what lies below it is named');
    }
  });
});
