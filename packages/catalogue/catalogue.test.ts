import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SetupError } from '#contracts/errors.js';
import { taskBodies } from '#loading/task-body.js';
import { loadCatalogue } from './catalogue.js';

const ours = new URL('../millrace/index.js', import.meta.url).href;
const imports = `import { defineDatasetTask, defineFileTask, defineTask, manySmallFiles, Type } from '${ours}';\n`;
const retry = '{ attempts: 1, backoffMs: 0, maxBackoffMs: 0 }';
const plain = (name: string, more = ''): string => `${imports}export const definition = defineTask({
  name: '${name}', description: 'd', queue: 'q', input: Type.Object({}), output: Type.Object({}), retry: ${retry},
  timeoutMs: 1000, concurrency: 1, priority: 0, ${more} });`;
const dataset = (name: string, source: string, table: string, more = ''): string => `${imports}
export const definition = defineDatasetTask({
  name: '${name}', description: 'd', format: 'json',
  source: { name: '${source}', description: 's', matches: () => false, batch: manySmallFiles },
  dataset: { table: '${table}', description: 't', columns: [{ name: 'a', type: 'text' }], replace: 'file' }, ${more} });`;
const body = 'export const run = async () => ({});';

/** A folder with these files, by path. */
function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-tasks-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

test('tasks of further folders are there beside the own ones, with their bodies', async (t) => {
  const one = folderOf(t, {
    'load-hive/definition.js': dataset('load-hive', 'hive', 'bees.hive'),
    '_shared/words.js': 'export const word = "shared";',
    'README.md': 'no task',
  });
  const two = folderOf(t, {
    'count-bees/definition.mjs': plain('count-bees'),
    'count-bees/body.mjs': `import { word } from '${join(one, '_shared/words.js')}'; export const run = async () => ({ word });`,
  });
  const link = `${one}-link`;
  symlinkSync(two, link);
  t.after(() => rmSync(link));
  const catalogue = await loadCatalogue([one, link]);
  assert.ok(catalogue.has('load-data-sample') && catalogue.has('load-hive'));
  const task = catalogue.get('count-bees');
  assert.ok(task);
  const run: unknown = await taskBodies([one, link])(task);
  assert.ok(typeof run === 'function');
  assert.deepEqual(await run(), { word: 'shared' });
});

test('what is wrong with a folder of tasks is one line that names the file and what was expected', async (t) => {
  const cases: readonly [name: string, files: Record<string, string>, expected: RegExp][] = [
    ['no definition', { 'a/body.js': body }, /\/a: expected a definition\.js that exports a task/],
    ['no body', { 'a/definition.js': plain('a') }, /\/a: expected a body\.js that exports the task's work as "run"/],
    [
      'no export',
      { 'a/definition.js': '' },
      /\/a\/definition\.js: expected it to export a task as "definition", got none/,
    ],
    [
      'a definition that throws',
      { 'a/definition.js': 'throw new Error("no\\nway")' },
      /\/a\/definition\.js: expected a module that can be imported, got: no$/,
    ],
    [
      'a module that is not there',
      { 'a/definition.js': "import 'not-installed-anywhere';" },
      /\/a\/definition\.js: expected a module .* 'not-installed-anywhere'/,
    ],
    [
      'a project without millrace',
      { 'a/definition.js': "import 'millrace';" },
      /\/a\/definition\.js: .*Cannot find package 'millrace'.*; install millrace in the project that this folder/,
    ],
    [
      'no task',
      { 'a/definition.js': 'export const definition = 7;' },
      /\/a\/definition\.js: expected "definition" to be/,
    ],
    [
      'another name',
      { 'a/definition.js': plain('b'), 'a/body.js': body },
      /\/a\/definition\.js: expected the task to have its folder's name, "a", got "b"/,
    ],
    ['a bad name', { 'Bee/definition.js': plain('Bee') }, /\/Bee\/definition\.js: .*\/name must match pattern/],
    [
      'an unknown field',
      { 'a/definition.js': plain('a', 'retires: 3,'), 'a/body.js': body },
      /\/a\/definition\.js: .*must not have "retires"/,
    ],
    [
      'wrong numbers',
      { 'a/definition.js': plain('a', 'concurrency: 0, retry: { attempts: "many", backoffMs: -1, maxBackoffMs: 0 },') },
      /\/retry\/attempts must be integer.*\/retry\/backoffMs must be >= 0.*\/concurrency must be >= 1/,
    ],
    [
      'schemas that are none',
      { 'a/definition.js': plain('a', 'input: Type.String(), output: undefined,') },
      /\/input must be the schema of an object.*\/output must be the schema of an object/,
    ],
    [
      'a source without a function',
      {
        'a/definition.js': dataset(
          'a',
          'a',
          'x.a',
          "source: { name: 'a', description: 'a', matches: /a/, batch: manySmallFiles }",
        ),
      },
      /\/source\/matches must be a function/,
    ],
    [
      'a file task with an input of its own',
      {
        'a/definition.js': plain(
          'a',
          "source: { name: 'a', description: 'a', matches: () => true, batch: manySmallFiles },",
        ),
        'a/body.js': body,
      },
      /\/a\/definition\.js: expected a task with a source to be made by defineFileTask or defineDatasetTask/,
    ],
    [
      'a dataset with a column of an unknown type',
      {
        'a/definition.js': dataset(
          'a',
          'a',
          'x.a',
          "dataset: { table: 'x.a', description: 't', columns: [{ name: 'a', type: 'float' }], replace: 'file' }",
        ),
      },
      /\/dataset\/columns\/0\/type must be equal to one of/,
    ],
    [
      'a dataset that cannot be made',
      { 'a/definition.js': dataset('a', 'a', 'ops.a') },
      /\/a\/definition\.js: the dataset of the task a cannot be made: the schema ops is not for datasets/,
    ],
    [
      'one name twice',
      { 'detect-faces/definition.js': plain('detect-faces'), 'detect-faces/body.js': body },
      /\/detect-faces\/definition\.js: the name detect-faces is that of the task in \S+\/detect-faces\/definition\.js, too/,
    ],
    [
      'one source twice',
      { 'a/definition.js': dataset('a', 'images', 'x.a') },
      /\/a\/definition\.js: the source images is that of the task in \S+\/detect-faces\/definition\.js, too/,
    ],
    [
      'one table twice',
      { 'a/definition.js': dataset('a', 'a', 'dwh.sensor') },
      /\/a\/definition\.js: the table dwh\.sensor is that of the task in \S+\/load-data-sample\/definition\.js, too/,
    ],
    [
      'a schedule without times',
      {
        'a/definition.js': plain('a', "schedules: [{ name: 's', input: { }, cron: '0 0 31 2 *' }]"),
        'a/body.js': body,
      },
      /\/a\/definition\.js: the schedule s cannot be kept: cron /,
    ],
    [
      'a schedule whose input does not fit',
      { 'a/definition.js': plain('a', "schedules: [{ name: 's', input: 7, everyMs: 5000 }]"), 'a/body.js': body },
      /\/a\/definition\.js: the schedule s cannot be kept: the input does not fit/,
    ],
    [
      'one schedule twice',
      {
        'a/definition.js': plain('a', "schedules: [{ name: 's', input: {}, everyMs: 5000 }]"),
        'a/body.js': body,
        'b/definition.js': plain('b', "schedules: [{ name: 's', input: {}, everyMs: 5000 }]"),
        'b/body.js': body,
      },
      /\/b\/definition\.js: the schedule s is that of the task in \S+\/a\/definition\.js, too/,
    ],
    [
      'a schedule with a field that is none',
      { 'a/definition.js': plain('a', "schedules: [{ name: 's', input: {}, every: 5 }]"), 'a/body.js': body },
      /\/schedules\/0/,
    ],
    [
      'a follower that is none',
      { 'a/definition.js': dataset('a', 'a', 'x.a', "followedBy: 'nobody'") },
      /\/a\/definition\.js: expected "followedBy" to name a task, got "nobody"/,
    ],
  ];
  for (const [name, files, expected] of cases) {
    await assert.rejects(loadCatalogue([folderOf(t, files)]), (error: unknown) => {
      assert.ok(error instanceof SetupError, `${name}: ${String(error)}`);
      assert.match(error.message, expected, name);
      assert.doesNotMatch(error.message, /\n/, name);
      return true;
    });
  }
  await assert.rejects(
    loadCatalogue(['/not/there']),
    /^SetupError: TASKS_DIR: expected a folder that can be read, got \/not\/there \(ENOENT/,
  );
});

test('TypeScript is imported where this Node strips its types, and refused in one line where it does not', async (t) => {
  const folder = folderOf(t, {
    'a/definition.ts': plain('a').replace('definition =', 'definition: object ='),
    'a/body.ts': body,
  });
  const strips = 'typescript' in process.features && Boolean(process.features.typescript);
  if (strips) assert.ok((await loadCatalogue([folder])).has('a'));
  else
    await assert.rejects(
      loadCatalogue([folder]),
      /\/a\/definition\.ts: expected a compiled definition\.js beside it, since Node/,
    );
  writeFileSync(join(folder, 'a/definition.js'), plain('a'));
  writeFileSync(join(folder, 'a/body.js'), body);
  assert.ok((await loadCatalogue([folder])).has('a'), 'the compiled one goes first');
});

test('a folder that imports another copy of Millrace is refused, since its errors and schemas are others', async (t) => {
  const folder = folderOf(t, {
    'tasks/a/definition.js': plain('a'),
    'tasks/a/body.js': body,
    'node_modules/millrace/package.json': '{ "name": "millrace", "exports": { ".": { "default": "./index.js" } } }',
    'node_modules/millrace/index.js': '',
  });
  await assert.rejects(
    loadCatalogue([join(folder, 'tasks')]),
    /\/tasks\/a: expected that it imports the Millrace that runs, \S+, but "millrace" is \S+\/node_modules\/millrace\/index\.js there/,
  );
});
