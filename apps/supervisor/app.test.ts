import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '#process/lock-file.js';
import { readSupervisorState } from '#process/supervisor-state.js';
import { withTestDatabase } from '../../test/helpers/database.js';
import { startSupervisor } from './running.fixture.js';

const groups = ['child-api,child-watcher', 'child-worker'];

test('it starts everything, says what is where, and stops in order with PostgreSQL last', async (t) => {
  const { child, said, output, exited, dataDir, process: find } = await startSupervisor(t, groups);
  await said(/Millrace is ready/);
  assert.match(output(), /inbox +\S+\/inbox — drop files here/);
  assert.match(output(), /database +embedded PostgreSQL at 127\.0\.0\.1:\d+\/millrace/);
  assert.doesNotMatch(output(), /postgresql:\/\/millrace:/, 'no password is shown');
  const postgres = await find('postgres', ({ state }) => state === 'running');
  child.kill('SIGTERM');
  assert.equal(await exited, 0);
  const stops = [...output().matchAll(/^child-(\w+) stopped$/gm)].map(([, name]) => name);
  assert.deepEqual(stops.slice(0, 2).sort(), ['api', 'watcher']);
  assert.equal(stops[2], 'worker');
  assert.ok(postgres.pid !== null && !isAlive(postgres.pid));
  const state = readSupervisorState(dataDir);
  assert.ok(state?.processes.every((entry) => entry.state === 'stopped'));
  const order = [...(state?.processes ?? [])].sort((a, b) => a.since.localeCompare(b.since)).map(({ name }) => name);
  assert.equal(order.at(-1), 'postgres');
});

test('a killed process and a killed PostgreSQL are started again, visibly', async (t) => {
  const { said, process: find, child, exited } = await startSupervisor(t, groups);
  await said(/Millrace is ready/);
  for (const name of ['child-worker', 'postgres']) {
    const { pid } = await find(name, ({ state }) => state === 'running');
    process.kill(pid ?? 0, 'SIGKILL');
    await said(new RegExp(`${name} ended unexpectedly \\(SIGKILL\\); starting it again in 0\\.5 s`));
    const again = await find(name, ({ state, restarts }) => state === 'running' && restarts === 1);
    assert.notEqual(again.pid, pid);
    assert.equal(again.lastExit?.reason, 'SIGKILL');
  }
  child.kill('SIGINT');
  assert.equal(await exited, 0);
});

test('a second signal ends everything at once', async (t) => {
  const running = await startSupervisor(t, ['child-hanging'], { STOP_TIMEOUT_MS: '60000' });
  await running.said(/Millrace is ready/);
  const hanging = await running.process('child-hanging', ({ state }) => state === 'running');
  const postgres = await running.process('postgres', ({ state }) => state === 'running');
  running.child.kill('SIGTERM');
  await running.process('child-hanging', ({ state }) => state === 'stopping');
  // Longer than the echo of one key press.
  await sleep(400);
  running.child.kill('SIGTERM');
  assert.equal(await running.exited, 143);
  for (const pid of [hanging.pid ?? 0, postgres.pid ?? 0]) {
    for (const deadline = performance.now() + 5000; isAlive(pid); await sleep(20))
      assert.ok(performance.now() < deadline);
  }
});

test('a child that does not stop is killed after its deadline, and the rest still stops', async (t) => {
  await withTestDatabase(async ({ url }) => {
    const env = { STOP_TIMEOUT_MS: '500', DATABASE_URL: url };
    const { said, output, child, exited } = await startSupervisor(t, ['child-hanging', 'child-b'], env);
    await said(/Millrace is ready/);
    child.kill('SIGTERM');
    assert.equal(await exited, 0);
    assert.match(output(), /still not stopped after 500 ms: itself/);
    assert.match(output(), /child-b stopped/);
  });
});

test('a child that refuses its settings ends everything with its line and code 78', async (t) => {
  const { exited, output, dataDir } = await startSupervisor(t, ['child-refusing']);
  assert.equal(await exited, 78);
  assert.match(output(), /^child-refusing: SOMETHING: expected a, got b$/m);
  assert.match(output(), /^supervisor: child-refusing cannot start with these settings; see its line above$/m);
  const postgres = realpathSync(join(dataDir, 'postgres'));
  assert.ok(!existsSync(join(postgres, 'data', 'postmaster.pid')), 'PostgreSQL was stopped');
});

test('after the supervisor was killed, its children stop by themselves and the next start goes on', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-supervisor-'));
  const first = await startSupervisor(t, groups, {}, folder);
  await first.said(/Millrace is ready/);
  const worker = await first.process('child-worker', ({ state }) => state === 'running');
  first.child.kill('SIGKILL');
  await first.exited;
  const second = await startSupervisor(t, groups, {}, folder);
  await second.said(/Millrace is ready/);
  assert.ok(worker.pid !== null && !isAlive(worker.pid));
});

test('a second one on the same data folder is refused in one line', async (t) => {
  await withTestDatabase(async ({ url }) => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-supervisor-'));
    const first = await startSupervisor(t, groups, { DATABASE_URL: url }, folder);
    await first.said(/Millrace is ready/);
    assert.match(first.output(), /database +127\.0\.0\.1:\d+\/test_\w+ \(from DATABASE_URL\)/);
    const second = await startSupervisor(t, groups, { DATABASE_URL: url }, folder);
    assert.equal(await second.exited, 78);
    assert.match(second.output(), /^supervisor: the data folder \S+ is in use by process \d+ .*\n$/);
    first.child.kill('SIGTERM');
    await first.exited;
  });
});

test('what is wrong around it is reported in one line each', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'millrace-file-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const cases: [NodeJS.ProcessEnv, RegExp][] = [
    [
      { PORT: String(port) },
      new RegExp(
        `^supervisor: PORT: expected a free port, got ${port} on 127\\.0\\.0\\.1, which is in use; stop the program.*\n$`,
      ),
    ],
    [{ INBOX_DIR: file }, /^supervisor: INBOX_DIR: expected a folder that user \S+ can read and write, got .*\n$/],
    [{ DATA_DIR: join(file, 'data') }, /^supervisor: DATA_DIR: expected a folder that user .*\n$/],
    [
      { HOST: '203.0.113.7', API_TOKEN: 'x'.repeat(20) },
      /^supervisor: HOST: expected an address of this machine, got 203\.0\.113\.7; set HOST to one.*\n$/,
    ],
    [
      { DATABASE_URL: 'postgresql://a:hunter2@absent.invalid/b', PORT: 'x' },
      /^supervisor: PORT: expected a whole number.*\n$/,
    ],
  ];
  for (const [env, expected] of cases) {
    const { exited, output } = await startSupervisor(t, groups, env);
    assert.equal(await exited, 78);
    assert.match(output(), expected);
  }
});
