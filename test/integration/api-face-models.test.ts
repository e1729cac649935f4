import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { storeFaceComparisons } from '#database/images/face-comparisons.js';
import { readAll, type TestApi, withApi } from './api-fixture.js';

interface Listed {
  readonly name: string;
  readonly builtIn: boolean;
  readonly inUse: boolean;
  readonly licence: { readonly spdx: string; readonly commercialUse: boolean; readonly text: string | null };
  readonly present: boolean;
  readonly file: { readonly name: string; readonly bytes: number };
}

/** A data directory of the test's own, and the models as the API shows them with it. */
async function withModels(
  work: (
    dataDir: string,
    list: (faceModel?: string) => Promise<{ items: Listed[]; fault: string | null }>,
  ) => Promise<void>,
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-models-'));
  const list = async (faceModel?: string) => {
    const config = { inboxDir: dataDir, dataDir, ...(faceModel === undefined ? {} : { faceModel }) };
    let body: { items: Listed[]; fault: string | null } = { items: [], fault: null };
    await withApi(
      async (api) => {
        const answer = await api.ask('/api/face-models');
        assert.equal(answer.status, 200);
        body = answer.body;
      },
      { config },
    );
    return body;
  };
  try {
    await work(dataDir, list);
  } finally {
    await rm(dataDir, { recursive: true });
  }
}

const inUse = (items: readonly Listed[]) => items.filter((each) => each.inUse).map(({ name }) => name);

test('the models are listed with licence and threshold, and which is here and in use', () =>
  withModels(async (dataDir, list) => {
    const { items, fault } = await list();
    assert.equal(fault, null);
    assert.deepEqual(inUse(items), [], 'no file is here yet');
    const yunet = items.find(({ name }) => name === 'yunet-n');
    assert.ok(yunet);
    const { spdx, commercialUse, text } = yunet.licence;
    assert.deepEqual([yunet.builtIn, yunet.present, spdx, commercialUse], [true, false, 'Apache-2.0', true]);
    assert.match(text ?? '', /Licensed under the Apache License/);
    assert.match(JSON.stringify(yunet), /"version":"yunet-n@[0-9a-f]{12}".*"threshold":\{"score":0\.\d+,"method":"/);

    const putModel = async ({ file }: Listed) => {
      await mkdir(join(dataDir, 'models'), { recursive: true });
      await writeFile(join(dataDir, 'models', file.name), Buffer.alloc(file.bytes));
    };
    const other = items.find(({ name }) => name !== yunet.name);
    assert.ok(other);
    await putModel(other);
    assert.deepEqual(inUse((await list()).items), [other.name]);
    await putModel(yunet);
    assert.deepEqual(inUse((await list()).items), [yunet.name], 'the better one once it is here');
    assert.deepEqual(inUse((await list(other.name)).items), [other.name], 'unless FACE_MODEL names another');
  }));

test('a model of the user’s own is listed first; a FACE_MODEL that leads nowhere is said', () =>
  withModels(async (dataDir, list) => {
    const file = join(dataDir, 'own.onnx');
    await writeFile(file, 'some bytes');
    const { items } = await list(file);
    const [own] = items;
    assert.deepEqual([own?.name, own?.builtIn, own?.present], ['yunet', false, true]);
    assert.deepEqual([own?.licence.spdx, own?.licence.commercialUse, own?.licence.text], ['NOASSERTION', false, null]);
    assert.deepEqual(inUse(items), ['yunet']);
    const nowhere = await list(join(dataDir, 'nowhere.onnx'));
    assert.match(nowhere.fault ?? '', /^FACE_MODEL: expected .*nowhere\.onnx.*ENOENT/);
    assert.deepEqual(inUse(nowhere.items), []);
  }));

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
    const client = await api.pool.connect();
    try {
      await storeFaceComparisons(client, runId, rows);
    } finally {
      client.release();
    }
    const url = `/api/face-comparisons/${runId}`;
    const { status, body } = await api.ask(`${url}?limit=2`);
    assert.equal(status, 200);
    assert.deepEqual([body.state, body.input, body.summary], ['succeeded', { a: 1 }, { same: 2 }]);
    assert.deepEqual(body.items, rows.slice(-2).reverse());
    assert.deepEqual(await readAll(api, url, 2), rows.toReversed());
    const ids = async (query: string) =>
      (await api.ask(`${url}?${query}`)).body.items.map((item: { fileId: string }) => item.fileId);
    assert.deepEqual(await ids('onlyIn=a'), ['7', '5', '3', '1']);
    assert.deepEqual(await ids('onlyIn=b'), ['7', '4', '1']);

    assert.equal((await api.ask(`${url}?onlyIn=c`)).status, 422);
    assert.equal((await api.ask('/api/face-comparisons/no-id')).status, 404);
    const other = await seedRun(api, 'reload-day');
    assert.equal((await api.ask(`/api/face-comparisons/${other}`)).status, 404);
  }));
