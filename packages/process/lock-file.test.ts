import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { describeProcess, isAlive, isDistinct, startTimeByPs, takeFileLock } from './lock-file.js';

function lockPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'lock');
}

test('a second taker learns who holds it, and gets it once it is released', (t) => {
  const path = lockPath(t);
  const lock = takeFileLock(path, 'the folder');
  assert.throws(() => takeFileLock(path, 'the folder'), {
    name: 'SetupError',
    message: new RegExp(`^the folder is in use by process ${process.pid} `),
  });
  lock.release();
  lock.release();
  takeFileLock(path, 'the folder').release();
  assert.deepEqual(readdirSync(join(path, '..')), [], 'nothing is left behind');
});

test('a lock whose process is gone is taken over', (t) => {
  const path = lockPath(t);
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(path, `${pid}`);
  takeFileLock(path, 'it').release();
  writeFileSync(path, 'no number');
  takeFileLock(path, 'it').release();
});

test('a process number that was given away since is not taken for the holder', {
  skip: !existsSync('/proc/self/stat'),
}, (t) => {
  const path = lockPath(t);
  writeFileSync(path, describeProcess(process.pid).replace(/\d+$/, '1'));
  takeFileLock(path, 'it').release();
});

test('releasing does not take away the lock of a process that took it since', (t) => {
  const path = lockPath(t);
  const mine = takeFileLock(path, 'it');
  rmSync(path);
  writeFileSync(path, describeProcess(process.ppid));
  mine.release();
  assert.throws(() => takeFileLock(path, 'it'), new RegExp(`process ${process.ppid}`));
});

test('a process is alive until it has ended', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  assert.ok(child.pid !== undefined && isAlive(child.pid));
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(isAlive(child.pid), false);
});

test('a process is distinguished from a later one with its number by its start time, on systems without /proc by what ps says', () => {
  assert.ok(isDistinct(describeProcess(process.pid)));
  assert.match(startTimeByPs(process.pid) ?? '', /^\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$/);
  const { pid } = spawnSync(process.execPath, ['--version']);
  assert.equal(startTimeByPs(pid), undefined);
  assert.ok(!isDistinct(describeProcess(pid)));
});
