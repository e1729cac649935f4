import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import type { OutputOf } from '#contracts/task.js';
import { listFaceComparisons } from '#database/queries/face-comparisons.js';
import { beginAttempt } from '#database/runs/attempts.js';
import { quarters } from '#faces/testing/images.js';
import { PHOTOS, unlessPresent, YUNET_PATH } from '#faces/testing/shared.js';
import { runAttempt } from '#runs/attempt.js';
import { begun } from '#testing/task-runner.js';
import { count, type SeenRun } from '../../../test/helpers/ledger.js';

import { type TaskRunner, withTaskRunner } from '../../../test/helpers/task-runner.js';
import { definition } from './definition.js';

const task = definition.name;
const yunet = 'yunet-n';
const fallback = 'blazeface-256';
const skip = unlessPresent(PHOTOS, YUNET_PATH);

/** Photos with faces, loaded; their ids. */
async function loadPhotos({ drop, run, pool }: TaskRunner, most: number): Promise<string[]> {
  const rows = (await readFile(join(PHOTOS, 'truth.csv'), 'utf8')).trim().split('\n').slice(1);
  const names = rows.flatMap((row) => {
    const [name = '', faces = '0'] = row.split(',');
    return Number(faces) > 1 ? [name] : [];
  });
  const ids: string[] = [];
  for (const name of names.slice(0, most)) ids.push(await drop('images', name, await readFile(join(PHOTOS, name))));
  for (const id of ids) assert.equal((await run('detect-faces', { files: [id] })).state, 'succeeded');
  assert.equal(await count(pool, 'SELECT count(*) FROM dwd.image'), ids.length);
  return ids;
}

function outputOf(run: SeenRun): OutputOf<typeof definition> {
  assert.equal(run.state, 'succeeded', run.error?.message);
  assert.ok(Value.Check(definition.output, run.output), JSON.stringify(run.output));
  return run.output;
}

/** What the output and the table say about the same run must be the same. */
async function assertStored({ pool }: TaskRunner, run: SeenRun): Promise<void> {
  const output = outputOf(run);
  const all = await listFaceComparisons(pool, run.id, {}, { limit: 100 });
  assert.equal(all.items.length, output.differing);
  assert.deepEqual(
    all.items.map(({ fileId, filename, facesA, facesB }) => ({ fileId, filename, a: facesA, b: facesB })),
    output.firstDiffering,
  );
  const sum = (side: 'onlyA' | 'onlyB') => all.items.reduce((total, item) => total + item[side].length, 0);
  assert.deepEqual([sum('onlyA'), sum('onlyB')], [output.onlyInA, output.onlyInB]);
  for (const side of ['a', 'b'] as const) {
    const only = side === 'a' ? 'onlyA' : 'onlyB';
    const some = await listFaceComparisons(pool, run.id, { onlyIn: side }, { limit: 100 });
    assert.deepEqual(
      some.items,
      all.items.filter((item) => item[only].length > 0),
    );
  }
}

test(
  'a higher threshold finds fewer faces, each difference is stored, and the results stay as they are',
  { skip },
  (t) =>
    withTaskRunner({ faceModel: YUNET_PATH }, async (runner) => {
      const ids = await loadPhotos(runner, 8);
      const stored = 'SELECT sum(face_no)::int AS count FROM dwd.image';
      const before = await count(runner.pool, stored);
      const input = { a: { model: yunet }, b: { model: yunet, threshold: 0.995 } };
      const run = await runner.run(task, input);
      const output = outputOf(run);
      t.diagnostic(JSON.stringify(output));
      assert.deepEqual([output.pictures, output.compared, output.failed], [ids.length, ids.length, 0]);
      assert.equal(output.b.threshold, 0.995);
      assert.notEqual(output.a.model, output.b.model);
      assert.ok(output.onlyInA > 0 && output.matched > 0 && output.meanDifference < 0);
      assert.equal(output.matched + output.onlyInA, before, 'a is what the images were loaded with');
      assert.equal(await count(runner.pool, stored), before);
      await assertStored(runner, run);

      const first = await listFaceComparisons(runner.pool, run.id, {}, { limit: 1 });
      const second = await listFaceComparisons(runner.pool, run.id, {}, { limit: 1, after: first.next });
      assert.ok(BigInt(first.items[0]?.fileId ?? 0) > BigInt(second.items[0]?.fileId ?? 0));

      // Going with the run.
      await runner.pool.query('DELETE FROM ops.run WHERE id = $1', [run.id]);
      assert.equal(await count(runner.pool, 'SELECT count(*) FROM dwd.face_comparison'), 0);
    }),
);

test('two models are compared, over the images that are asked for', { skip }, (t) =>
  withTaskRunner({ faceModel: YUNET_PATH }, async (runner) => {
    const ids = await loadPhotos(runner, 5);
    const models = { a: { model: yunet }, b: { model: fallback } };
    const run = await runner.run(task, models);
    const output = outputOf(run);
    t.diagnostic(JSON.stringify(output));
    assert.match(output.a.model, /^yunet-n@/);
    assert.match(output.b.model, new RegExp(`^${fallback}@`));
    assert.equal(output.compared, ids.length);
    assert.ok(output.matched > 0);
    await assertStored(runner, run);

    assert.equal(outputOf(await runner.run(task, { ...models, files: ids.slice(0, 2) })).pictures, 2);
    assert.equal(outputOf(await runner.run(task, { ...models, limit: 3 })).pictures, 3);
    assert.equal(outputOf(await runner.run(task, { ...models, from: '2999-01-01' })).pictures, 0);
    assert.equal(outputOf(await runner.run(task, { ...models, to: '2000-01-01' })).pictures, 0);
  }),
);

test('a model agrees with itself, and images that cannot be looked at are counted with the reason', () =>
  withTaskRunner({ faceModel: fallback }, async (runner) => {
    const drawn = await quarters().png().toBuffer();
    const ids: string[] = [];
    for (const name of ['same.png', 'gone.png', 'changed.png', 'never.png']) {
      // A few bytes after the end make other content of the same image.
      ids.push(await runner.drop('images', name, Buffer.concat([drawn, Buffer.from(name)])));
    }
    const [same = '', gone = '', changed = '', never = ''] = ids;
    for (const id of [same, gone, changed]) await runner.run('detect-faces', { files: [id] });
    await rm(join(runner.deps.services.inboxDir, 'gone.png'));
    await writeFile(join(runner.deps.services.inboxDir, 'changed.png'), 'other bytes');
    const side = { model: fallback };
    const run = await runner.run(task, { a: side, b: side, files: ids });
    const output = outputOf(run);
    assert.deepEqual([output.pictures, output.compared, output.failed], [4, 1, 3]);
    assert.deepEqual([output.agreement, output.differing, output.onlyInA, output.onlyInB], [100, 0, 0, 0]);
    assert.equal(output.a.model, output.b.model);
    const reasons = new Map(output.firstFailures.map(({ fileId, reason }) => [fileId, reason]));
    assert.match(reasons.get(never) ?? '', /expected a loaded image/);
    assert.match(reasons.get(gone) ?? '', /gone from the inbox/);
    assert.match(reasons.get(changed) ?? '', /changed while/);
    await assertStored(runner, run);
  }));

test('a model that is not known fails the run at once, with those that are', () =>
  withTaskRunner({ faceModel: fallback }, async (runner) => {
    const run = await runner.run(task, { a: { model: fallback }, b: { model: '../../etc/passwd' } });
    assert.deepEqual([run.state, run.attempt], ['failed', 1]);
    assert.match(run.error?.message ?? '', /expected a model that .* lists \(.*yunet-n.*\), got \.\.\/\.\.\/etc/);
    await assert.rejects(
      runner.start(task, { a: { model: fallback }, b: { model: fallback, threshold: 2 } }),
      /threshold/,
    );
  }));

test('a worker’s stop in the middle gives the run back with nothing stored, and the next attempt does it all', () =>
  withTaskRunner({ faceModel: fallback }, async (runner) => {
    const { deps, pool } = runner;
    const drawn = await quarters().png().toBuffer();
    for (const name of ['a.png', 'b.png', 'c.png']) {
      const id = await runner.drop('images', name, Buffer.concat([drawn, Buffer.from(name)]));
      await runner.run('detect-faces', { files: [id] });
    }
    const side = { model: fallback };
    const id = await runner.start(task, { a: side, b: side });
    const stop = new AbortController();
    const services = {
      ...deps.services,
      // Asked for when the first image is about to be opened, both models being loaded.
      get inboxDir() {
        stop.abort();
        return deps.services.inboxDir;
      },
    };
    const verdict = await runAttempt(
      { ...deps, services, stop: stop.signal },
      begun(await beginAttempt(pool, id, deps.worker.id)),
    );
    assert.equal(verdict.kind, 'again');
    const states = `SELECT count(*) FROM ops.attempt WHERE run_id = '${id}' AND state = `;
    assert.equal(await count(pool, `${states}'released'`), 1);
    assert.equal(await count(pool, 'SELECT count(*) FROM dwd.face_comparison'), 0);

    await runner.drain();
    assert.equal(await count(pool, `${states}'succeeded'`), 1);
    const { rows } = await pool.query<{ output: unknown }>('SELECT output FROM ops.run WHERE id = $1', [id]);
    assert.ok(Value.Check(definition.output, rows[0]?.output) && rows[0].output.compared === 3);
  }));
