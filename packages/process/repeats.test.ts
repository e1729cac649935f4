import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { countRepeats } from './repeats.js';

/** A log whose clock is the test's. */
function counted(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const repeats = countRepeats();
  const written: string[] = [];
  return {
    repeats,
    written,
    say(line: string): void {
      const isNew = repeats.isNew(line, (times, seconds) => written.push(`${line}: ${times} in ${seconds} s`));
      if (isNew) written.push(line);
    },
  };
}

test('a flood of equal lines is one line and then counts, ever more seldom, and none is lost from the sum', (t) => {
  const { say, written } = counted(t);
  // 39 lines a second for 100 s, as when PostgreSQL is away.
  for (let second = 0; second < 100; second++) {
    for (let n = 0; n < 39; n++) say('the database is away');
    t.mock.timers.tick(1_000);
  }
  assert.deepEqual(written, [
    'the database is away',
    'the database is away: 389 in 10 s',
    'the database is away: 780 in 20 s',
    'the database is away: 1560 in 40 s',
  ]);
});

test('lines that differ are all written, and a line that is rare is written each time', (t) => {
  const { say, written } = counted(t);
  for (const line of ['a', 'b', 'c']) say(line);
  t.mock.timers.tick(10_000);
  say('a');
  assert.deepEqual(written, ['a', 'b', 'c', 'a']);
});

test('what is counted when the process ends is written then', (t) => {
  const { say, written, repeats } = counted(t);
  say('a');
  say('a');
  repeats.flush();
  assert.deepEqual(written, ['a', 'a: 1 in 0 s']);
});

test('more different lines than can be counted are written as they come', (t) => {
  const { say, written } = counted(t);
  for (let n = 0; n < 300; n++) say(`${n}`);
  for (let n = 0; n < 300; n++) say(`${n}`);
  assert.equal(written.length, 400);
});

test('a process says an equal warning once with its count, and each different one', async () => {
  const fixture = fileURLToPath(new URL('./run-main.fixture.js', import.meta.url));
  const child = fork(fixture, ['flood'], { silent: true, env: { ...process.env, LOG_FORMAT: 'json' } });
  assert.ok(child.stdout);
  const output = text(child.stdout);
  await once(child, 'message');
  child.kill('SIGTERM');
  const lines: { msg: string; level: number; err?: unknown }[] = (await output)
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const said = lines.filter(({ level }) => level === 40).map(({ msg }) => msg);
  assert.deepEqual(said, ['it is away', 'other 0', 'other 1', 'other 2', 'it is away (repeated 999 times)']);
  assert.equal(lines.filter(({ msg }) => msg === 'work done').length, 10);
});
