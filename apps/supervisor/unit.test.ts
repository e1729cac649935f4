import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Exit, type Life, Unit } from './unit.js';

const quick = { firstMs: 10, maxMs: 40, resetMs: 60_000 };

/** Lives under the test's control. */
function fakeProcess() {
  const lives: { end(exit: Exit): void; announce(): void; stops: number }[] = [];
  const errors: string[] = [];
  let born: (() => void) | undefined;
  const launch = async (): Promise<Life> => {
    const life = { end(_exit: Exit): void {}, announce(): void {}, stops: 0 };
    const ended = new Promise<Exit>((resolve) => (life.end = resolve));
    const ready = new Promise<Record<string, unknown>>((resolve) => (life.announce = () => resolve({})));
    lives.push(life);
    setImmediate(() => born?.());
    return {
      pid: process.pid,
      ready,
      ended,
      ask: async () => {},
      async stop() {
        life.stops++;
        life.end({ code: 0, signal: null });
        await ended;
      },
      kill: () => life.end({ code: null, signal: 'SIGKILL' }),
    };
  };
  return {
    lives,
    errors,
    launch,
    hangTimeoutMs: 60_000,
    log: { info() {}, warn() {}, error: (message: unknown) => void errors.push(String(message)) },
    /** Settles at the next birth. */
    birth: () => new Promise<void>((resolve) => (born = resolve)),
  };
}

test('a process that ends by itself is started again after growing pauses, and the state says how it ended', async () => {
  const fake = fakeProcess();
  const unit = new Unit({ name: 'worker-1', ...fake, onChange() {}, backoff: quick });
  let birth = fake.birth();
  const started = unit.start();
  await birth;
  fake.lives[0]?.announce();
  await started;
  assert.equal(unit.state.state, 'running');
  const exits: Exit[] = [
    { code: 1, signal: null },
    { code: null, signal: 'SIGKILL' },
    { code: 0, signal: null },
    { code: 0, signal: null },
  ];
  for (const [index, exit] of exits.entries()) {
    birth = fake.birth();
    fake.lives[index]?.end(exit);
    await birth;
  }
  assert.deepEqual(
    fake.errors.map((text) => text.replace('worker-1 ended unexpectedly ', '')),
    [
      '(exit code 1); starting it again in 0.01 s',
      '(SIGKILL); starting it again in 0.02 s',
      '(exit code 0); starting it again in 0.04 s',
      '(exit code 0); starting it again in 0.04 s',
    ],
  );
  assert.equal(unit.state.restarts, 4);
  assert.equal(unit.state.lastExit?.reason, 'exit code 0');
  fake.lives[4]?.announce();
  await unit.stop();
  assert.equal(unit.state.state, 'stopped');
});

test('a long life starts the backoff anew', async () => {
  const fake = fakeProcess();
  const unit = new Unit({ name: 'a', ...fake, onChange() {}, backoff: { ...quick, resetMs: 0 } });
  let birth = fake.birth();
  void unit.start();
  await birth;
  for (const index of [0, 1, 2]) {
    birth = fake.birth();
    fake.lives[index]?.end({ code: 1, signal: null });
    await birth;
  }
  assert.ok(fake.errors.every((text) => text.endsWith('in 0.01 s')));
  await unit.stop();
});

test('a stop during the pause starts nothing any more, and stopping twice stops once', async () => {
  const fake = fakeProcess();
  const unit = new Unit({
    name: 'a',
    ...fake,
    onChange() {},
    backoff: { firstMs: 60_000, maxMs: 60_000, resetMs: 60_000 },
  });
  const birth = fake.birth();
  void unit.start();
  await birth;
  fake.lives[0]?.end({ code: 1, signal: null });
  await new Promise(setImmediate);
  assert.equal(unit.state.state, 'restarting');
  await Promise.all([unit.stop(), unit.stop()]);
  assert.equal(unit.state.state, 'stopped');
  assert.equal(fake.lives.length, 1);
});

test('stopping asks a running process once', async () => {
  const fake = fakeProcess();
  const unit = new Unit({ name: 'a', ...fake, onChange() {}, backoff: quick });
  const birth = fake.birth();
  void unit.start();
  await birth;
  await Promise.all([unit.stop(), unit.stop()]);
  await unit.stop();
  assert.equal(fake.lives[0]?.stops, 1);
  assert.deepEqual(fake.errors, []);
});

test('an end that is final before the first readiness fails the start; after it, the process is started again', async () => {
  const isFinal = ({ code }: Exit) => (code === 78 ? new Error('settings') : undefined);
  const first = fakeProcess();
  const refused = new Unit({ name: 'a', ...first, onChange() {}, backoff: quick, isFinal });
  let birth = first.birth();
  const started = refused.start();
  await birth;
  first.lives[0]?.end({ code: 78, signal: null });
  await assert.rejects(started, /settings/);

  const second = fakeProcess();
  const later = new Unit({ name: 'b', ...second, onChange() {}, backoff: quick, isFinal });
  birth = second.birth();
  const running = later.start();
  await birth;
  second.lives[0]?.announce();
  await running;
  birth = second.birth();
  second.lives[0]?.end({ code: 78, signal: null });
  await birth;
  await later.stop();
});
