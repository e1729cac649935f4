import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { BadInputError } from '#contracts/errors.js';
import { createFaceDetector, type FaceDetector } from './detector.js';
import { resolveFaceModel } from './model/resolve.js';
import { quarters, temporaryFile, temporaryFolder } from './testing/images.js';
import { mixedImages } from './testing/mixed.js';

/** The model from npm, which every machine has. */
async function npmModel(test: TestContext) {
  const dataDir = await temporaryFolder(test);
  const download = async () => Promise.reject(new Error('this test uses no network'));
  return await resolveFaceModel({ dataDir, log: () => {}, download });
}

/** A detector with the model from npm, closed after the test. */
async function detectorFor(test: TestContext, processes: number, options: { limitMs?: number } = {}) {
  const model = await npmModel(test);
  const detector = await createFaceDetector({ model, processes, ...options });
  test.after(() => detector.close());
  return { detector, model };
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

const noProc = existsSync('/proc/self') ? false : 'SKIPPED: it needs /proc';

test('a detection has size, format, model and MD5', async (t) => {
  const { detector, model } = await detectorFor(t, 1);
  const bytes = await quarters().withMetadata({ orientation: 6 }).png().toBuffer();
  const md5 = createHash('md5').update(bytes).digest('hex');
  const found = await detector.detect(await temporaryFile(t, 'a.jpg', bytes));
  const { stages, ...rest } = found;
  assert.deepEqual(rest, {
    width: 40,
    height: 80,
    format: 'png',
    faces: [],
    model: model.name,
    threshold: model.threshold,
    md5,
  });
  assert.ok(stages.decode > 0 && stages.infer > 0 && stages.tensor > 0, JSON.stringify(stages));
});

test('a bad image rejects with its class and code, and harms no other', async (t) => {
  const { detector } = await detectorFor(t, 2);
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'good.png'), await quarters().png().toBuffer());
  await writeFile(join(folder, 'bad.png'), 'text');
  const names = ['good.png', 'bad.png', 'good.png', 'absent.png', 'good.png', 'bad.png', 'good.png'];
  const results = await Promise.allSettled(names.map((name) => detector.detect(join(folder, name))));
  assert.deepEqual(
    results.map((result) => {
      if (result.status === 'fulfilled') return result.value.format;
      return result.reason instanceof BadInputError ? result.reason.code : 'retried';
    }),
    ['png', 'not-an-image', 'png', 'retried', 'png', 'not-an-image', 'png'],
  );
  assert.ok(detector.pids.length <= 2);
});

test('bad images that one process works on together each have their own code and reason', async (t) => {
  const { detector } = await detectorFor(t, 1);
  const folder = await temporaryFolder(t);
  const images = await mixedImages();
  const paths = images.map((_, index) => join(folder, `${index}`));
  await Promise.all(images.map((bytes, index) => writeFile(join(folder, `${index}`), bytes)));
  const outcome = async (path: string) => {
    try {
      return (await detector.detect(path)).format;
    } catch (error) {
      return error instanceof BadInputError ? `${error.code}: ${error.message}` : `retried: ${String(error)}`;
    }
  };
  const alone: string[] = [];
  for (const path of paths) alone.push(await outcome(path));
  for (let round = 0; round < 2; round += 1) assert.deepEqual(await Promise.all(paths.map(outcome)), alone);
});

test('an image over which a process dies is tried again, and the process is replaced', { skip: noProc }, async (t) => {
  const { detector } = await detectorFor(t, 1);
  const [pid = 0] = detector.pids;
  const path = await temporaryFile(t, 'a.png', await quarters().png().toBuffer());
  // Stopped first, so that the images are certainly still being worked on when the end comes.
  process.kill(pid, 'SIGSTOP');
  const images = [1, 2, 3].map(() => detector.detect(path));
  setImmediate(() => {
    process.kill(pid, 'SIGSEGV');
    // A stopped process meets it only when it goes on.
    process.kill(pid, 'SIGCONT');
  });
  assert.deepEqual(
    (await Promise.all(images)).map(({ format }) => format),
    ['png', 'png', 'png'],
  );
  assert.notEqual(detector.pids[0], pid);
});

/** Kills every child of the detector as soon as it is there, until the returned function is called. */
function killAll(detector: FaceDetector, signal: NodeJS.Signals): () => void {
  let isOver = false;
  const kill = () => {
    for (const pid of detector.pids) process.kill(pid, signal);
    if (!isOver) setImmediate(kill);
  };
  kill();
  return () => {
    isOver = true;
  };
}

test('an image over which two processes die is refused, by name', { skip: noProc }, async (t) => {
  const { detector } = await detectorFor(t, 1);
  const path = await temporaryFile(t, 'a.png', await quarters().png().toBuffer());
  const stop = killAll(detector, 'SIGSEGV');
  await assert.rejects(detector.detect(path), (error) => {
    assert.ok(error instanceof BadInputError);
    assert.equal(error.code, 'crashed');
    assert.match(error.message, /was ended by signal SIGSEGV while it worked on a\.png, twice/);
    return true;
  });
  stop();
  assert.equal((await detector.detect(path)).format, 'png');
});

test('an image that takes too long is refused, and the next is looked at', { skip: noProc }, async (t) => {
  const { detector } = await detectorFor(t, 1, { limitMs: 1_000 });
  const path = await temporaryFile(t, 'a.png', await quarters().png().toBuffer());
  const stop = killAll(detector, 'SIGSTOP');
  await assert.rejects(detector.detect(path), (error) => {
    assert.ok(error instanceof BadInputError);
    assert.equal(error.code, 'too-slow');
    assert.match(error.message, /took longer than 1 s while it worked on a\.png/);
    return true;
  });
  stop();
  assert.equal((await detector.detect(path)).format, 'png');
});

test('a process that died while idle is replaced without a fault', async (t) => {
  const { detector } = await detectorFor(t, 1);
  const [pid = 0] = detector.pids;
  process.kill(pid, 'SIGKILL');
  while (detector.pids.includes(pid)) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(
    (await detector.detect(await temporaryFile(t, 'a.gif', await quarters().gif().toBuffer()))).format,
    'gif',
  );
});

test('an abort ends a running detection and takes a waiting one out of the line', { skip: noProc }, async (t) => {
  const { detector } = await detectorFor(t, 1);
  const path = await temporaryFile(t, 'a.png', await quarters().png().toBuffer());
  const [pid = 0] = detector.pids;
  process.kill(pid, 'SIGSTOP');
  const first = new AbortController();
  const second = new AbortController();
  const running = detector.detect(path, { signal: first.signal });
  const waiting = detector.detect(path, { signal: second.signal });
  const last = detector.detect(path);
  second.abort(new Error('second cancelled'));
  await assert.rejects(waiting, /second cancelled/);
  setImmediate(() => first.abort(new Error('first cancelled')));
  await assert.rejects(running, /first cancelled/);
  assert.equal((await last).format, 'png');
  await assert.rejects(detector.detect(path, { signal: first.signal }), /first cancelled/);
});

test('closing ends every process, rejects what is left, and can be repeated', { skip: noProc }, async (t) => {
  const { detector } = await detectorFor(t, 2);
  const path = await temporaryFile(t, 'a.png', await quarters().png().toBuffer());
  await Promise.all([detector.detect(path), detector.detect(path)]);
  const { pids } = detector;
  assert.equal(pids.length, 2);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  const left = [1, 2, 3].map(() => assert.rejects(detector.detect(path), /the face detector was closed/));
  await Promise.all([detector.close(), detector.close(), ...left]);
  assert.deepEqual(pids.filter(isRunning), []);
  assert.deepEqual(detector.pids, []);
  await detector.close();
  await assert.rejects(detector.detect(path), /closed/);
});

test('a model that does not load is known when the detector is made', async (t) => {
  const path = await temporaryFile(t, 'a.onnx', Buffer.from('no model'));
  const model = { ...(await npmModel(t)), path };
  await assert.rejects(createFaceDetector({ model }), /protobuf parsing failed|load model/i);
});
