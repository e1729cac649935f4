import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSentToBuilder, readDockerfile } from '../../scripts/docker/dockerfile.js';
import { listProjectFiles, readProjectFile } from './project.js';

const ignored = readProjectFile('.dockerignore');

test('the image is built of product code alone', () => {
  const sent = listProjectFiles().filter((path) => isSentToBuilder(path, ignored));
  assert.ok(sent.includes('apps/api/main.ts') && sent.includes('apps/cli/main.ts'));
  const others = sent.filter((path) => /\.(test|fixture)\.ts$|(^|\/)(test|testing|bench|deploy|docs)\//.test(path));
  assert.deepEqual(others, []);
  assert.deepEqual(
    sent.filter((path) => path.startsWith('scripts/')),
    ['scripts/build-console.ts', 'scripts/console/openapi.ts', 'scripts/console/page-files.ts'],
  );
  // What builds the console, and writes the samples that it offers, stays in the first stage.
  assert.match(readProjectFile('Dockerfile'), /build-console\.js && rm -r dist\/scripts dist\/samples$/m);
});

test('the last stage takes packages and compiled code from the stages before it', () => {
  const stages = readDockerfile(readProjectFile('Dockerfile'));
  assert.deepEqual(
    stages.map(({ name }) => name),
    ['build', 'packages', 'image'],
  );
  const copied = (stages.at(-1)?.steps ?? []).flatMap((step) =>
    step.kind === 'copy' ? [`${step.from ?? 'clone'}: ${step.sources.join(' ')}`] : [],
  );
  assert.deepEqual(copied, [
    'packages: node_modules',
    'build: dist',
    'clone: package.json',
    'clone: prisma',
    'clone: packages/faces/models',
  ]);
});

test('.dockerignore is read as Docker reads it', () => {
  const rules = '# all\n*\n!a\n!b/c.txt\na/*/skip\n**/*.log\n';
  const sent = ['a/x', 'a/b/c', 'a/b/skip/x', 'a/b/d/skip', 'a/x.log', 'x.log', 'b/c.txt', 'b/d.txt', 'aa/x'].filter(
    (path) => isSentToBuilder(path, rules),
  );
  assert.deepEqual(sent, ['a/x', 'a/b/c', 'a/b/d/skip', 'b/c.txt']);
});
