import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { BadInputError } from '#contracts/errors.js';
import { type SerialFault, SerialProcessError, type SerialProcessOptions } from '../children/serial-process.js';
import { quarters, temporaryFile } from '../testing/images.js';
import type { RenderRequest } from './messages.js';
import { ImageRenderer } from './renderer.js';

const program = new URL('./child.fixture.js', import.meta.url);

function openRenderer(test: TestContext, options: SerialProcessOptions): ImageRenderer {
  const renderer = new ImageRenderer(options);
  test.after(() => renderer.close());
  return renderer;
}

const ask = (path: string): RenderRequest => ({ path, side: 64, type: 'image/jpeg' });

const failsAs = (fault: SerialFault) => (error: unknown) => {
  assert.ok(error instanceof SerialProcessError, String(error));
  assert.equal(error.fault, fault, error.message);
  return true;
};

test('renders in one process, one after the other, started by the first image', async (t) => {
  const renderer = openRenderer(t, {});
  assert.equal(renderer.pid, undefined);
  const path = await temporaryFile(t, 'a.jpg', await quarters().jpeg().toBuffer());
  const images = await Promise.all([renderer.render(ask(path)), renderer.render({ ...ask(path), type: 'image/webp' })]);
  assert.deepEqual(
    images.map((bytes) => Buffer.from(bytes).toString('latin1', 0, 4)),
    ['\xff\xd8\xff\xdb', 'RIFF'],
  );
  const { pid } = renderer;
  await renderer.render(ask(path));
  assert.equal(renderer.pid, pid);
});

test('an image that cannot be read rejects with its reason, and the process stays', async (t) => {
  const renderer = openRenderer(t, {});
  const path = await temporaryFile(t, 'a.jpg', Buffer.from('words'));
  await assert.rejects(
    renderer.render(ask(path)),
    (error) => error instanceof BadInputError && error.code === 'not-an-image',
  );
  assert.notEqual(renderer.pid, undefined);
});

test('a process that dies takes its own image with it, and no other', async (t) => {
  const renderer = openRenderer(t, { program });
  const outcomes = ['live', 'die', 'live', 'exit', 'live'].map((path) => renderer.render(ask(path)));
  const settled = await Promise.allSettled(outcomes);
  assert.deepEqual(
    settled.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  );
  await assert.rejects(renderer.render(ask('die')), /signal SIGSEGV/);
  await assert.rejects(renderer.render(ask('exit')), failsAs('crashed'));
});

test('an image that takes too long is given up, and the next one is rendered by another process', async (t) => {
  const renderer = openRenderer(t, { program, limitMs: 3000 });
  await assert.rejects(renderer.render(ask('hang')), failsAs('too-slow'));
  assert.match(Buffer.from(await renderer.render(ask('live'))).toString(), / 0$/);
});

test('as many images as may wait do, the next one is refused at once', async (t) => {
  const renderer = openRenderer(t, { program, maxWaiting: 2 });
  const taken = ['live', 'live', 'live'].map((path) => renderer.render(ask(path)));
  await assert.rejects(renderer.render(ask('live')), failsAs('busy'));
  await Promise.all(taken);
  await renderer.render(ask('live'));
});

test('the process is ended when it has nothing to do', async (t) => {
  const renderer = openRenderer(t, { program, idleMs: 1 });
  const pid = Number(
    Buffer.from(await renderer.render(ask('live')))
      .toString()
      .split(' ')[0],
  );
  while (renderer.pid !== undefined) await delay(1);
  const next = Number(
    Buffer.from(await renderer.render(ask('live')))
      .toString()
      .split(' ')[0],
  );
  assert.notEqual(next, pid);
});

test('close ends what is under way and what waits, twice without harm', async () => {
  const renderer = new ImageRenderer({ program });
  const outcomes = [renderer.render(ask('hang')), renderer.render(ask('live'))].map((outcome) =>
    assert.rejects(outcome, failsAs('closed')),
  );
  // The first is asked for in a later tick; a close before that would be another case.
  await new Promise((resolve) => setImmediate(resolve));
  await renderer.close();
  await Promise.all(outcomes);
  await renderer.close();
  await assert.rejects(renderer.render(ask('live')), failsAs('closed'));
  assert.equal(renderer.pid, undefined);
});

test('an answer without bytes is an error, not an image', async (t) => {
  const renderer = openRenderer(t, { program });
  await assert.rejects(renderer.render(ask('blind')), /no bytes/);
});
