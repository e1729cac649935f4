import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isReadyMessage } from './supervisor-messages.js';

const fixture = fileURLToPath(new URL('./run-main.fixture.js', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

function startFixture(
  behaviour: string,
  env: NodeJS.ProcessEnv = {},
): { child: ChildProcess; outcome: Promise<Outcome> } {
  const child = fork(fixture, [behaviour], { silent: true, env: { ...process.env, LOG_FORMAT: 'json', ...env } });
  assert.ok(child.stdout && child.stderr);
  const outcome = Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]).then(
    ([[code, signal], stdout, stderr]: [unknown[], string, string]): Outcome => ({
      code: typeof code === 'number' ? code : null,
      signal: typeof signal === 'string' ? signal : null,
      stdout,
      stderr,
    }),
  );
  return { child, outcome };
}

async function ready(child: ChildProcess): Promise<Record<string, unknown>> {
  const [message]: unknown[] = await once(child, 'message');
  assert.ok(isReadyMessage(message));
  return message.info;
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} releases what was opened and exits 0`, async () => {
    const { child, outcome } = startFixture('normal');
    assert.deepEqual(await ready(child), { behaviour: 'normal' });
    child.kill(signal);
    const { code, stdout } = await outcome;
    assert.equal(code, 0);
    assert.match(stdout, /^released$/m);
  });
}

test('a stop that passes its deadline exits 1 and names what hung', async () => {
  const { child, outcome } = startFixture('hang', { STOP_TIMEOUT_MS: '500' });
  await ready(child);
  child.kill('SIGTERM');
  const { code, stdout } = await outcome;
  assert.equal(code, 1);
  assert.match(stdout, /still not stopped after 500 ms: stubborn thing, timer/);
});

for (const [signal, expected] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const) {
  test(`a second ${signal} exits at once with ${expected}`, async () => {
    const { child, outcome } = startFixture('slow-stop');
    await ready(child);
    child.kill(signal);
    // Longer than the echo of one key press, which must not count as a second one.
    await sleep(400);
    child.kill(signal);
    assert.equal((await outcome).code, expected);
  });
}

test('the echo of one Ctrl-C does not count as a second one', async () => {
  const { child, outcome } = startFixture('hang', { STOP_TIMEOUT_MS: '600' });
  await ready(child);
  child.kill('SIGINT');
  child.kill('SIGTERM');
  assert.equal((await outcome).code, 1, 'the deadline ended it, not the echo');
});

test('a SetupError is shown as plain lines, releases what was opened and exits 78', async () => {
  const { code, stdout, stderr } = await startFixture('setup-error').outcome;
  assert.equal(code, 78);
  assert.equal(stderr, 'fixture: FIRST: expected a, got b\nfixture: SECOND: expected c, got d\n');
  assert.equal(stdout, 'released\n');
});

test('faulty settings are reported before anything starts', async () => {
  const { code, stderr } = await startFixture('normal', { PORT: 'x' }).outcome;
  assert.equal(code, 78);
  assert.equal(stderr, 'fixture: PORT: expected a whole number from 1 to 65535, got "x"\n');
});

test('any other error is logged with its stack and exits 1', async () => {
  for (const behaviour of ['error', 'later-error']) {
    const { code, stdout } = await startFixture(behaviour).outcome;
    assert.equal(code, 1);
    assert.match(stdout, /"level":60.*it broke/);
  }
});

test('a process whose output nobody reads any more stops quietly', async () => {
  const child = spawn(process.execPath, [fixture, 'chatty'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LOG_FORMAT: 'json' },
  });
  const exited = once(child, 'exit');
  const said = text(child.stderr);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  assert.deepEqual(await exited, [0, null]);
  assert.equal(await said, '');
});

test('the loss of the parent stops the process softly', async () => {
  const { child, outcome } = startFixture('normal');
  await ready(child);
  child.disconnect();
  const { code, stdout } = await outcome;
  assert.equal(code, 0);
  assert.match(stdout, /the supervisor is gone/);
  assert.match(stdout, /^released$/m);
});
