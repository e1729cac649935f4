import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { watchLiveness } from './liveness.js';

/** A process that answers when the test lets it, looked at each second of the test's clock. */
function watched(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const questions: { answer(): void; refuse(): void }[] = [];
  const watch = { hung: 0, questions, stop: () => {} };
  const ask = () =>
    new Promise<void>((resolve, reject) => questions.push({ answer: resolve, refuse: () => reject(new Error('no')) }));
  watch.stop = watchLiveness({ ask, patienceMs: 10_000, onHung: () => watch.hung++ }).stop;
  return {
    watch,
    async answer(question: number) {
      questions[question]?.answer();
      await new Promise(setImmediate);
    },
    /** Lets seconds pass, one after the other. */
    async seconds(count: number) {
      for (let n = 0; n < count; n++) {
        t.mock.timers.tick(1_000);
        await new Promise(setImmediate);
      }
    },
  };
}

test('one long silence is forgiven, a longer one is a hang that is reported once', async (t) => {
  const { watch, seconds, answer } = watched(t);
  await seconds(1);
  await answer(0);
  await seconds(10);
  assert.equal(watch.questions.length, 2, 'it is asked once more, and not again before it answers');
  await answer(1);
  await seconds(10);
  assert.equal(watch.hung, 0);
  await seconds(1);
  assert.equal(watch.hung, 1);
  await seconds(50);
  assert.equal(watch.hung, 1);
});

test('a refusal is no answer, and is followed by another question', async (t) => {
  const { watch, seconds, answer } = watched(t);
  await seconds(1);
  await answer(0);
  for (let n = 1; n <= 11; n++) {
    await seconds(1);
    watch.questions[n]?.refuse();
    await new Promise(setImmediate);
  }
  assert.equal(watch.hung, 1);
  assert.ok(watch.questions.length > 9);
});

test('a process that has not answered yet has ten times the patience', async (t) => {
  const { watch, seconds } = watched(t);
  await seconds(100);
  assert.equal(watch.hung, 0);
  await seconds(1);
  assert.equal(watch.hung, 1);
});

test('a machine that slept finds every process with its whole patience', async (t) => {
  const { watch, seconds, answer } = watched(t);
  await seconds(1);
  await answer(0);
  await seconds(3);
  // After a sleep a timer fires once, however long it was.
  await seconds(1);
  await answer(1);
  await seconds(10);
  assert.equal(watch.hung, 0);
});

test('after its stop nothing is asked any more', async (t) => {
  const { watch, seconds } = watched(t);
  await seconds(1);
  watch.stop();
  await seconds(300);
  assert.deepEqual([watch.hung, watch.questions.length], [0, 1]);
});
