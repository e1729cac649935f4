import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { ProcessMeter, type ProcessReading, postgresRole, readProcess } from './process-figures.js';

const skip = process.platform !== 'linux' && 'needs /proc';

function reading(pid: number, given: Partial<ProcessReading>): ProcessReading {
  return {
    pid,
    parent: 1,
    started: 0,
    command: '',
    cpuSeconds: 0,
    childrenCpuSeconds: 0,
    peakBytes: 0,
    privateBytes: 0,
    ...given,
  };
}

test('CPU before the first look is left out, that of processes that came later counts from their birth', () => {
  const looks = [
    [reading(10, { cpuSeconds: 100 })],
    [reading(10, { cpuSeconds: 103 }), reading(11, { cpuSeconds: 2 })],
    [reading(10, { cpuSeconds: 104 }), reading(11, { cpuSeconds: 5, started: 9 })],
  ];
  const meter = new ProcessMeter(({ pid }) => (pid === 10 ? 'old' : 'new'), { read: () => looks.shift() ?? [] });
  meter.look();
  const { roles, cpuSeconds } = meter.stop();
  // Process 11 of the last look is another one than that of the look before.
  assert.deepEqual(
    roles.map(({ role, processes, cpuSeconds: seconds }) => [role, processes, seconds]),
    [
      ['new', 2, 7],
      ['old', 1, 4],
    ],
  );
  assert.equal(cpuSeconds, 11);
});

test('what a child used between the last look at it and its end is taken from its parent', () => {
  const looks = [
    [reading(10, { childrenCpuSeconds: 50 }), reading(11, { parent: 10, cpuSeconds: 3 })],
    [reading(10, { childrenCpuSeconds: 50 }), reading(11, { parent: 10, cpuSeconds: 4 })],
    [reading(10, { childrenCpuSeconds: 56 })],
  ];
  const meter = new ProcessMeter(({ pid }) => (pid === 10 ? 'parent' : 'child'), { read: () => looks.shift() ?? [] });
  meter.look();
  const { roles } = meter.stop();
  assert.deepEqual(
    roles.map(({ role, cpuSeconds }) => [role, cpuSeconds]),
    [
      ['child', 3],
      ['parent', 0],
    ],
  );
});

test('memory is the largest of a role, and the most of all together at one look', () => {
  const looks = [
    [reading(1, { peakBytes: 5, privateBytes: 3 }), reading(2, { peakBytes: 6, privateBytes: 1 })],
    [reading(1, { peakBytes: 7, privateBytes: 1 }), reading(2, { peakBytes: 6, privateBytes: 2 })],
  ];
  const { roles, privatePeakBytes } = new ProcessMeter(() => 'all', { read: () => looks.shift() ?? [] }).stop();
  assert.deepEqual([roles[0]?.peakBytes, roles[0]?.privatePeakBytes, privatePeakBytes], [7, 3, 4]);
});

test('a real process is read, and one that is gone is none', { skip }, async () => {
  const busyThenWaiting =
    "for (const end = Date.now() + 300; Date.now() < end; ); console.log('done'); process.stdin.resume()";
  const child = spawn(process.execPath, ['-e', busyThenWaiting], { stdio: ['pipe', 'pipe', 'inherit'] });
  const pid = child.pid ?? 0;
  const meter = new ProcessMeter((process) => (process.pid === pid ? 'busy' : undefined));
  const found = readProcess(pid);
  assert.equal(found?.parent, process.pid);
  await once(child.stdout, 'data');
  meter.look();
  child.stdin.end();
  await once(child, 'exit');
  assert.equal(readProcess(pid), undefined);
  const [busy] = meter.stop().roles;
  assert.ok(busy !== undefined && busy.cpuSeconds > 0.05 && busy.peakBytes > 10e6, JSON.stringify(busy));
});

test('the processes of PostgreSQL are distinguished', () => {
  const role = (pid: number, parent: number, command: string) =>
    postgresRole(7, reading(pid, { parent, command })) ?? null;
  assert.deepEqual(
    [
      role(7, 1, '/usr/lib/postgresql/bin/postgres -D data'),
      role(8, 7, 'postgres: checkpointer'),
      role(9, 7, 'postgres: main: background writer'),
      role(10, 7, 'postgres: millrace millrace 127.0.0.1(4711) COPY'),
      role(11, 12, 'postgres: checkpointer'),
    ],
    ['postgres sessions', 'postgres checkpointer', 'postgres background writer', 'postgres sessions', null],
  );
});
