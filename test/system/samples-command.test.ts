import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/samples.js', import.meta.url));

const call = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });

for (const args of [['--help'], ['-h'], ['--out', 'x', '--help', '--images', 'many']]) {
  test(`npm run samples -- ${args.join(' ')} prints the usage on standard output, and no error`, () => {
    const { status, stdout, stderr } = call(...args);
    assert.equal(status, 0);
    assert.match(stdout, /^usage: npm run samples -- --out <folder>/);
    assert.equal(stderr, '');
  });
}

test('a wrong argument is named first, on standard error, and then the usage', () => {
  const { status, stdout, stderr } = call('--pictures', '3');
  assert.equal(status, 2);
  assert.match(stderr, /^samples: .*--pictures.*\nusage: npm run samples/);
  assert.equal(stdout, '');
});
