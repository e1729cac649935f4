import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { withApi } from './api-fixture.js';

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
