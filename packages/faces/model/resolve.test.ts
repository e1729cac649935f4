import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SetupError } from '#contracts/errors.js';
import { quarters, temporaryFile, temporaryFolder } from '../testing/images.js';
import { unlessPresent, YUNET_PATH } from '../testing/shared.js';
import type { Download } from './download.js';
import { faceModelName } from './face-model.js';
import { builtInModels } from './folders.js';
import { encodeOnnx } from './onnx-writer.js';
import { defaultModels, defaultsAmong, resolveFaceModel, resolveNamedModel } from './resolve.js';
import { sha256OfFile } from './store.js';

const skip = unlessPresent(YUNET_PATH);
const [yunet, , fallback] = defaultsAmong(await builtInModels());
assert.ok(yunet?.decode === 'yunet' && fallback?.decode === 'blazeface');
const names = { yunet: faceModelName(yunet), fallback: faceModelName(fallback) };

function serving(...chunks: Uint8Array[]): Download {
  return async () => ({
    ok: true,
    status: 200,
    body: (async function* () {
      yield* chunks;
    })(),
  });
}

const unreachable: Download = async () => {
  throw new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND github.com') });
};
const forbidden: Download = async () => assert.fail('nothing was to be downloaded');

function logged() {
  const lines: string[] = [];
  return { lines, log: (line: string) => void lines.push(line) };
}

test('the pinned model is downloaded, checked, cached, and not downloaded again', { skip }, async (t) => {
  const dataDir = await temporaryFolder(t);
  const bytes = await readFile(YUNET_PATH);
  const asked: string[] = [];
  const download: Download = (url, options) => {
    asked.push(url);
    return serving(bytes.subarray(0, 1000), bytes.subarray(1000))(url, options);
  };
  const first = await resolveFaceModel({ dataDir, download, ...logged() });
  assert.deepEqual(
    asked,
    yunet.file.from.map((source) => ('url' in source ? source.url : '')),
  );
  assert.equal(first.origin, 'download');
  assert.equal(first.name, names.yunet);
  assert.equal(first.setting, 'yunet-n');
  assert.match(first.why, /downloaded from https:/);
  assert.equal(await sha256OfFile(first.path), first.sha256);

  const second = await resolveFaceModel({ dataDir, download: forbidden, ...logged() });
  assert.deepEqual([second.origin, second.path, second.name], ['cache', first.path, first.name]);
});

test('without a network the model from npm is used, and the sentence says why', async (t) => {
  const dataDir = await temporaryFolder(t);
  const model = await resolveFaceModel({ dataDir, download: unreachable, ...logged() });
  assert.deepEqual([model.name, model.origin, model.sha256], [names.fallback, 'npm', fallback.file.sha256]);
  assert.match(
    model.why,
    /download .* failed \(getaddrinfo ENOTFOUND github\.com\), so BlazeFace .* from the npm package @vladmandic\/human/,
  );
  assert.equal(await sha256OfFile(model.path), model.sha256);
});

test('a download with other content, too much of it, or an error status is not used', async (t) => {
  const refused: [Download, RegExp][] = [
    [serving(Buffer.from('<html>log in</html>')), /expected SHA-256 25a606a145a5…, got/],
    [serving(Buffer.alloc(yunet.file.bytes), Buffer.alloc(1)), /expected 317466 bytes, more came/],
    [async () => ({ ok: false, status: 404, body: null }), /the server answered 404/],
  ];
  for (const [download, reason] of refused) {
    const dataDir = await temporaryFolder(t);
    const model = await resolveFaceModel({ dataDir, download, ...logged() });
    assert.equal(model.origin, 'npm');
    assert.match(model.why, reason);
    assert.deepEqual(await readdir(join(dataDir, 'models')), [fallback.file.name]);
  }
});

test('a damaged file in the cache is deleted, said so, and had again', { skip }, async (t) => {
  const dataDir = await temporaryFolder(t);
  await mkdir(join(dataDir, 'models'));
  for (const { file } of [yunet, fallback]) await writeFile(join(dataDir, 'models', file.name), 'damaged');
  const offline = logged();
  const second = await resolveFaceModel({ dataDir, download: unreachable, ...offline });
  assert.equal(await sha256OfFile(second.path), fallback.file.sha256);
  assert.equal(offline.lines.filter((line) => line.startsWith('deleted')).length, 2);
  assert.deepEqual(await readdir(join(dataDir, 'models')), [fallback.file.name]);

  await writeFile(join(dataDir, 'models', yunet.file.name), 'damaged');
  const model = await resolveFaceModel({ dataDir, download: serving(await readFile(YUNET_PATH)), ...logged() });
  assert.equal(model.origin, 'download');
  assert.equal(await sha256OfFile(model.path), yunet.file.sha256);
});

test('many at once on one data directory all get a whole model and leave nothing else behind', { skip }, async (t) => {
  const dataDir = await temporaryFolder(t);
  const download = serving(await readFile(YUNET_PATH));
  await mkdir(join(dataDir, 'models'));
  await writeFile(join(dataDir, 'models', yunet.file.name), 'damaged');
  const at = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? download : unreachable));
  const models = await Promise.all(at.map((one) => resolveFaceModel({ dataDir, download: one, ...logged() })));
  for (const model of models) assert.equal(await sha256OfFile(model.path), model.sha256);
  for (const name of await readdir(join(dataDir, 'models'))) assert.match(name, /\.onnx$/);
});

test('FACE_MODEL goes before everything; a file is recognised by its content', { skip }, async (t) => {
  const dataDir = await temporaryFolder(t);
  const known = await resolveFaceModel({ faceModel: YUNET_PATH, dataDir, download: forbidden, ...logged() });
  assert.deepEqual([known.name, known.origin, known.path], [names.yunet, 'setting', YUNET_PATH]);
  assert.equal(known.setting, YUNET_PATH);

  // Bytes after the model that change its hash but not what it is: an unknown field of the outermost message.
  const unknown = Buffer.concat([await readFile(YUNET_PATH), Buffer.from('9a3f00', 'hex')]);
  const own = await temporaryFile(t, 'own.onnx', unknown);
  const { lines, log } = logged();
  const other = await resolveFaceModel({ faceModel: own, dataDir, download: forbidden, log });
  assert.equal(other.definition.decode, 'yunet');
  assert.match(other.name, /^yunet@[0-9a-f]{12}$/);
  assert.equal(other.sha256, await sha256OfFile(own));
  assert.equal(other.licence.commercialUse, false);
  assert.match(lines.join('\n'), /may not be used commercially as far as is known: licence NOASSERTION/);
});

test('FACE_MODEL can be the name of a built-in model, whose file is had as a default’s is', async (t) => {
  const dataDir = await temporaryFolder(t);
  const model = await resolveFaceModel({ faceModel: fallback.name, dataDir, download: forbidden, ...logged() });
  assert.deepEqual([model.name, model.origin, model.setting], [names.fallback, 'npm', fallback.name]);
  const again = await resolveFaceModel({ faceModel: model.setting, dataDir, download: forbidden, ...logged() });
  assert.deepEqual([again.name, again.origin, again.path], [model.name, 'cache', model.path]);
  await assert.rejects(
    resolveFaceModel({ faceModel: yunet.name, dataDir, download: unreachable, ...logged() }),
    (error) =>
      error instanceof SetupError && /^FACE_MODEL: the file of yunet-n cannot be had\. .*ENOTFOUND/.test(error.message),
  );
});

test('FACE_MODEL can be a folder of the user’s own: its numbers are used, and said in the name', {
  skip,
}, async (t) => {
  const dataDir = await temporaryFolder(t);
  const folder = await temporaryFolder(t);
  const licence = { ...yunet.licence, text: undefined, spdx: 'CC-BY-NC-4.0', commercialUse: false };
  const threshold = { ...yunet.threshold, score: 0.55 };
  const definition = { ...yunet, name: 'my-yunet', file: { ...yunet.file, from: [] }, licence, threshold };
  const write = (content: unknown) => writeFile(join(folder, 'model.json'), JSON.stringify(content));
  await write(definition);
  const resolveOwn = (log = (_line: string) => {}) =>
    resolveFaceModel({ faceModel: folder, dataDir, download: forbidden, log });
  await assert.rejects(resolveOwn(), /FACE_MODEL: expected .* got .*ENOENT.*yunet_n_640_640\.onnx/);

  await writeFile(join(folder, yunet.file.name), await readFile(YUNET_PATH));
  const { lines, log } = logged();
  const own = await resolveOwn(log);
  assert.deepEqual([own.threshold, own.origin, own.setting], [0.55, 'setting', folder]);
  assert.match(own.name, /^my-yunet@[0-9a-f]{12}$/);
  assert.match(lines.join('\n'), /my-yunet@.* may not be used commercially .* CC-BY-NC-4\.0/);
  const byName = await resolveNamedModel('my-yunet', { faceModel: folder, dataDir, log });
  assert.deepEqual(byName, own);
  assert.equal(await resolveNamedModel('other', { faceModel: folder, dataDir, log }), undefined);

  await write({ ...definition, threshold: { ...threshold, score: 1.5 }, extra: true });
  await assert.rejects(resolveOwn(), /model\.json: .*threshold\.score must be <= 1, got 1\.5/);
  await write({ ...definition, file: { ...definition.file, sha256: fallback.file.sha256 } });
  await assert.rejects(resolveOwn(), /model\.json expects SHA-256 .* the file has 25a606a1/);
  // The file of one kind, described as another.
  const { decode, search, input } = fallback;
  await write({ ...definition, decode, search, input });
  await assert.rejects(resolveOwn(), /FACE_MODEL: expected .* are not those of/);
});

test('no model is chosen by default whose licence forbids commercial use', async () => {
  const models = await builtInModels();
  assert.deepEqual(
    defaultsAmong(models).map(({ name }) => name),
    defaultModels,
  );
  const forbidding = models.map((folder) => {
    const licence = { ...folder.definition.licence, commercialUse: false };
    return { ...folder, definition: { ...folder.definition, licence } };
  });
  assert.deepEqual(defaultsAmong(forbidding), []);
});

test('a FACE_MODEL that is absent, no model or another kind of model is one clear line', async (t) => {
  const identity = encodeOnnx({
    name: 'identity',
    producer: 'test',
    description: '',
    opset: 13,
    nodes: [{ op: 'Relu', name: 'relu', inputs: ['input'], outputs: ['output'] }],
    initializers: [],
    inputs: [{ name: 'input', shape: [1, 3, 64, 64] }],
    outputs: [{ name: 'output', shape: [1, 3, 64, 64] }],
  });
  const refused: [string, RegExp][] = [
    [join(await temporaryFolder(t), 'absent.onnx'), /ENOENT/],
    [await temporaryFolder(t), /ENOENT.*model\.json/],
    ['no-such-model', /no built-in model has this name/],
    [await temporaryFile(t, 'a.onnx', await quarters().png().toBuffer()), /YuNet/],
    [await temporaryFile(t, 'b.onnx', identity), /not those of YuNet; its outputs are output/],
  ];
  const dataDir = await temporaryFolder(t);
  for (const [faceModel, reason] of refused) {
    await assert.rejects(resolveFaceModel({ faceModel, dataDir, download: forbidden, ...logged() }), (error) => {
      assert.ok(error instanceof SetupError);
      assert.match(error.message, /^FACE_MODEL: expected .* got .*; correct it or unset it\.$/);
      assert.match(error.message, reason);
      return true;
    });
  }
});

test('a stop during the download ends it, without the fallback', async (t) => {
  const stop = new AbortController();
  const download: Download = (_url, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      stop.abort(new Error('stopping'));
    });
  const dataDir = await temporaryFolder(t);
  await assert.rejects(resolveFaceModel({ dataDir, download, signal: stop.signal, ...logged() }), /stopping/);
  assert.deepEqual(await readdir(dataDir), []);
});

test('a data directory that cannot be written is a fault of the setting', async (t) => {
  const dataDir = await temporaryFile(t, 'not-a-folder', Buffer.from('a file'));
  await assert.rejects(resolveFaceModel({ dataDir, download: unreachable, ...logged() }), (error) => {
    return error instanceof SetupError && error.message.startsWith('DATA_DIR: expected');
  });
});
