import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storeFaceComparisons } from '#database/images/face-comparisons.js';
import { transaction } from '#database/pool.js';
import { readAll, type TestApi, withApi } from './api-fixture.js';
import { seedImage } from './api-images-fixture.js';

async function seedRun({ pool }: TestApi, task: string): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, output, max_attempts)
     SELECT id, id, $1, 'images', 'succeeded', 'api', '{"a": 1}', '{"same": 2}', 1 FROM gen_random_uuid() id RETURNING id`,
    [task],
  );
  return rows[0]?.id ?? '';
}

test('a comparison shows the run’s output and pages through the pictures that differ', () =>
  withApi(async (api) => {
    const runId = await seedRun(api, 'compare-face-models');
    const box = { x: 1, y: 2.5, width: 3, height: 4, score: 0.9 };
    const rows = Array.from({ length: 7 }, (_, n) => ({
      fileId: String(n + 1),
      filename: `p${n + 1}`,
      facesA: n % 2 === 0 ? 2 : 1,
      facesB: n % 3 === 0 ? 3 : 1,
      matched: 1,
      onlyA: n % 2 === 0 ? [box] : [],
      onlyB: n % 3 === 0 ? [box, box] : [],
    }));
    await transaction(api.pool, (tx) => storeFaceComparisons(tx, runId, rows));
    const url = `/api/face-comparisons/${runId}`;
    // These have no records: images that were superseded since.
    const shown = rows.map((row) => ({ ...row, width: null, height: null, links: linksOf(row.fileId) }));
    const { status, body } = await api.ask(`${url}?limit=2`);
    assert.equal(status, 200);
    assert.deepEqual([body.state, body.input, body.summary], ['succeeded', { a: 1 }, { same: 2 }]);
    assert.deepEqual(body.items, shown.slice(-2).reverse());
    assert.deepEqual(await readAll(api, url, 2), shown.toReversed());
    const ids = async (query: string) =>
      (await api.ask(`${url}?${query}`)).body.items.map((item: { fileId: string }) => item.fileId);
    assert.deepEqual(await ids('onlyIn=a'), ['7', '5', '3', '1']);
    assert.deepEqual(await ids('onlyIn=b'), ['7', '4', '1']);
    assert.deepEqual(await ids('sameCount=true'), ['6', '2']);
    assert.deepEqual(await ids('sameCount=false'), ['7', '5', '4', '3', '1']);
    assert.deepEqual(await ids('facesA=2&facesB=3'), ['7', '1'], 'the images of one pair of counts');
    assert.deepEqual(await ids('facesA=0'), []);

    assert.equal((await api.ask(`${url}?onlyIn=c`)).status, 422);
    assert.equal((await api.ask(`${url}?facesA=-1`)).status, 422);
    assert.equal((await api.ask(`${url}?from=soon`)).status, 422);
    assert.equal((await api.ask('/api/face-comparisons/no-id')).status, 404);
    const other = await seedRun(api, 'reload-day');
    assert.equal((await api.ask(`/api/face-comparisons/${other}`)).status, 404);
  }));

test('the images that differ are filtered as lists of images are, by their stored results', () =>
  withApi(async (api) => {
    const runId = await seedRun(api, 'compare-face-models');
    const kinds = [
      { name: 'small', width: 100, height: 100 },
      { name: 'older', day: '2026-11-18' },
      { name: 'crowd', faces: 9 },
    ];
    const ids = new Map<string, string>();
    for (const kind of kinds) ids.set(kind.name, await seedImage(api.pool, kind));
    const rows = [...ids].map(([filename, fileId]) => ({ fileId, filename, facesA: 1, facesB: 2, matched: 1 }));
    await transaction(api.pool, (tx) =>
      storeFaceComparisons(
        tx,
        runId,
        rows.map((row) => ({ ...row, onlyA: [], onlyB: [] })),
      ),
    );
    const names = async (query: string) =>
      (await api.ask(`/api/face-comparisons/${runId}?${query}`)).body.items.map(
        ({ filename }: { filename: string }) => filename,
      );
    assert.deepEqual(await names('maxWidth=200'), ['small']);
    assert.deepEqual(await names('to=2026-11-19'), ['older']);
    assert.deepEqual(await names('minFaces=1&facesB=2'), ['crowd']);
    assert.deepEqual(await names('name=O'), ['crowd', 'older']);
    assert.deepEqual(await names(`fileId=${ids.get('older')}&onlyIn=b`), ['older']);
    assert.deepEqual(await names('format=png'), []);
  }));

const linksOf = (fileId: string) => {
  const self = `/api/images/${fileId}`;
  return { self, annotated: `${self}/annotated`, thumbnail: `${self}/thumbnail` };
};
