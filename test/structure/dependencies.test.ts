import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { projectDir, readProjectFile } from './project.js';

const configPath = join(projectDir, '.dependency-cruiser.mjs');

/** The rules' names, as the config lists them. */
const ruleNames = [...readProjectFile('.dependency-cruiser.mjs').matchAll(/^ {6}name: '([a-z-]+)'/gm)].map(
  ([, name]) => name,
);

/** A module of a small built project: its path below `dist` and what it imports. */
type Tree = Readonly<Record<string, readonly string[]>>;

/** The names of the rules that a project made of these modules breaks. */
function brokenRules(t: TestContext, tree: Tree): string[] {
  // The cruiser reports real paths, which the rules are matched with.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-rules-')));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(join(projectDir, 'package.json'), join(folder, 'package.json'));
  for (const name of ['sharp', 'typebox', 'hyparquet', 'yaml']) {
    const home = join(folder, 'node_modules', name);
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, 'package.json'), JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    writeFileSync(join(home, 'index.js'), '');
  }
  for (const [path, imports] of Object.entries(tree)) {
    const file = join(folder, 'dist', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, [...imports.map((from) => `import '${from}';`), 'export const it = 1;'].join('\n'));
  }
  const cruiser = join(projectDir, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [cruiser, '--config', configPath, '--output-type', 'json', 'dist'],
    { cwd: folder, encoding: 'utf8' },
  );
  assert.notEqual(stdout, '', stderr);
  const result: { summary: { violations: { rule: { name: string } }[] } } = JSON.parse(stdout);
  return [...new Set(result.summary.violations.map(({ rule }) => rule.name))].sort();
}

const breaches: Readonly<Record<string, Tree>> = {
  'no-unresolved': { 'packages/a/x.js': ['#contracts/nowhere.js'] },
  'contracts-import-nothing': { 'packages/contracts/task.js': ['typebox', 'node:fs'] },
  'tasks-apart': { 'packages/tasks/a/body.js': ['../b/parse.js'], 'packages/tasks/b/parse.js': [] },
  'tasks-by-catalogue': { 'packages/runs/x.js': ['#tasks/a/parse.js'], 'packages/tasks/a/parse.js': [] },
  'definitions-are-cheap': {
    'packages/tasks/a/definition.js': ['./names.js'],
    'packages/tasks/a/names.js': ['hyparquet'],
  },
  'apps-without-native-code': { 'apps/api/app.js': ['#faces/x.js'], 'packages/faces/x.js': ['sharp'] },
  'no-tests-in-product': { 'packages/a/x.js': ['./x.fixture.js'], 'packages/a/x.fixture.js': [] },
  'samples-without-tests': { 'samples/x.js': ['../test/helpers/wait.js'], 'test/helpers/wait.js': [] },
  'testing-for-tests': { 'packages/a/x.js': ['#testing/server.js'], 'packages/testing/server.js': [] },
  'no-development-packages-in-product': { 'packages/config/x.js': ['yaml'] },
};

test('every rule of the config has a breach below', () => {
  assert.deepEqual(Object.keys(breaches).sort(), ruleNames.toSorted());
});

for (const [rule, tree] of Object.entries(breaches)) {
  test(`the rule ${rule} bites`, (t) => {
    assert.deepEqual(brokenRules(t, tree), [rule]);
  });
}

test('what definitions import from the package is as cheap as they are', (t) => {
  const tree = {
    'packages/millrace/index.js': ['#contracts/task.js', '#database/pool.js'],
    'packages/contracts/task.js': [],
    'packages/database/pool.js': [],
  };
  assert.deepEqual(brokenRules(t, tree), ['definitions-are-cheap']);
});

test('a project that keeps to the rules breaks none', (t) => {
  const rules = brokenRules(t, {
    'apps/api/app.js': ['#contracts/task.js', '#database/pool.js', '#queue/jobs.js'],
    'packages/contracts/task.js': ['typebox'],
    'packages/database/pool.js': ['#contracts/task.js', 'node:fs'],
    'packages/queue/jobs.js': ['#contracts/task.js'],
    'packages/tasks/a/definition.js': ['#contracts/task.js'],
    'packages/tasks/a/body.js': ['./definition.js', '#database/pool.js', 'hyparquet', 'sharp'],
    'packages/database/pool.test.js': ['./pool.js', '../../test/helpers/database.js', 'yaml'],
    'test/helpers/database.js': ['#database/pool.js'],
  });
  assert.deepEqual(rules, []);
});
