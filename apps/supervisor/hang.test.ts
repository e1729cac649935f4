import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeProcess, isAlive } from '#process/lock-file.js';
import { type ProcessState, writeSupervisorState } from '#process/supervisor-state.js';
import { withTestDatabase } from '../../test/helpers/database.js';
import { startSupervisor } from './running.fixture.js';

const groups = ['child-api,child-watcher', 'child-worker'];
const isRunning = ({ state }: ProcessState): boolean => state === 'running';

test('a process that hangs, be it stopped or computing, is killed and started again', async (t) => {
  await withTestDatabase(async ({ url }) => {
    const {
      said,
      process: find,
      child,
      exited,
    } = await startSupervisor(t, groups, {
      DATABASE_URL: url,
      HANG_TIMEOUT_MS: '3000',
    });
    await said(/Millrace is ready/);
    const cases = { 'child-api': 'SIGSTOP', 'child-watcher': 'SIGUSR2', 'child-worker': 'SIGSTOP' } as const;
    for (const [name, signal] of Object.entries(cases)) {
      const { pid } = await find(name, isRunning);
      process.kill(pid ?? 0, signal);
      await said(new RegExp(`${name} ended unexpectedly \\(no answer for 3 s, SIGKILL\\); starting it again`));
      const again = await find(name, (state) => isRunning(state) && state.restarts === 1);
      assert.notEqual(again.pid, pid);
    }
    child.kill('SIGTERM');
    assert.equal(await exited, 0);
  });
});

test('a PostgreSQL that hangs is killed and started again, and answers', async (t) => {
  const { said, process: find, child, exited } = await startSupervisor(t, groups, { HANG_TIMEOUT_MS: '3000' });
  await said(/Millrace is ready/);
  const { pid } = await find('postgres', isRunning);
  process.kill(pid ?? 0, 'SIGSTOP');
  await said(/postgres ended unexpectedly \(no answer for 3 s, SIGKILL\); starting it again/);
  await find('postgres', (state) => isRunning(state) && state.restarts === 1);
  for (const name of ['child-api', 'child-worker']) {
    assert.equal((await find(name, isRunning)).restarts, 0, 'the others are left alone');
  }
  child.kill('SIGTERM');
  assert.equal(await exited, 0);
});

test('a child that hangs when its supervisor is killed is ended by the next start', async (t) => {
  await withTestDatabase(async ({ url }) => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-supervisor-'));
    const env = { DATABASE_URL: url, STOP_TIMEOUT_MS: '500' };
    const first = await startSupervisor(t, groups, env, folder);
    await first.said(/Millrace is ready/);
    const api = await first.process('child-api', isRunning);
    process.kill(api.pid ?? 0, 'SIGSTOP');
    first.child.kill('SIGKILL');
    await first.exited;
    t.after(() => isAlive(api.pid ?? 0) && process.kill(api.pid ?? 0, 'SIGKILL'));

    const second = await startSupervisor(t, groups, env, folder);
    await second.said(/Millrace is ready/);
    assert.ok(!isAlive(api.pid ?? 0), 'the child of the earlier run is gone');
    assert.match(second.output(), new RegExp(`killing child-api \\(process ${api.pid}\\) of an earlier run`));
  });
});

test('a process that has the number of an earlier child, but is not it, is left alone', async (t) => {
  await withTestDatabase(async ({ url }) => {
    const stranger = spawn('sleep', ['600'], { stdio: 'ignore' });
    await once(stranger, 'spawn');
    t.after(() => stranger.kill('SIGKILL'));
    const folder = mkdtempSync(join(tmpdir(), 'millrace-supervisor-'));
    const identity = describeProcess(stranger.pid ?? 0).replace(/\S+$/, '1');
    const since = new Date().toISOString();
    mkdirSync(join(folder, 'data'));
    writeSupervisorState(join(folder, 'data'), {
      pid: 1,
      startedAt: since,
      processes: [
        { name: 'api', state: 'running', since, pid: stranger.pid ?? 0, identity, restarts: 0, lastExit: null },
      ],
    });
    const { said } = await startSupervisor(t, groups, { DATABASE_URL: url, STOP_TIMEOUT_MS: '500' }, folder);
    await said(/Millrace is ready/);
    assert.ok(isAlive(stranger.pid ?? 0));
  });
});
