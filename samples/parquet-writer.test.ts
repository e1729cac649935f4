import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** A folder with what the samples command needs, but without the package that writes parquet. */
function projectWithoutWriter(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-samples-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const part of ['package.json', 'dist/samples', 'dist/packages/contracts', 'dist/scripts/samples.js']) {
    cpSync(join(project, part), join(folder, part), { recursive: true });
  }
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(project, 'node_modules'))) {
    if (name === 'hyparquet-writer' || name.startsWith('.')) continue;
    symlinkSync(join(project, 'node_modules', name), join(folder, 'node_modules', name));
  }
  return folder;
}

test('without the package that writes parquet the other samples are written, and parquet ones say what to install', (t) => {
  const folder = projectWithoutWriter(t);
  const samples = (...args: string[]) =>
    spawnSync(process.execPath, ['dist/scripts/samples.js', '--out', 'out', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
  for (const args of [['--images', '1', '--parquet', '1'], ['--bad']]) {
    const { status, stderr } = samples(...args);
    assert.match(stderr, /hyparquet-writer, which is not installed: run "npm install --save-dev hyparquet-writer"/);
    assert.equal(status, 2);
    assert.ok(!existsSync(join(folder, 'out')), 'nothing is written before it is known that all can be');
  }
  const { status, stdout, stderr } = samples('--images', '1', '--json', '1');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^2 files in out/);
});
