import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SetupError } from '#contracts/errors.js';
import { quarters, temporaryFile, temporaryFolder } from '../testing/pictures.js';
import { unlessPresent, YUNET_PATH } from '../testing/shared.js';
import type { Download } from './download.js';
import { BLAZEFACE_256, YUNET_2023, YUNET_2023_URL } from './face-model.js';
import { encodeOnnx } from './onnx-writer.js';
import { resolveFaceModel } from './resolve.js';
import { sha256OfFile } from './store.js';

const skip = unlessPresent(YUNET_PATH);

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
  assert.deepEqual(asked, [YUNET_2023_URL]);
  assert.equal(first.origin, 'download');
  assert.equal(first.kind, 'yunet');
  assert.equal(first.name, 'yunet-2023mar@8f2383e4dd3c');
  assert.match(first.why, /downloaded from https:/);
  assert.equal(await sha256OfFile(first.path), first.sha256);

  const second = await resolveFaceModel({ dataDir, download: forbidden, ...logged() });
  assert.deepEqual([second.origin, second.path, second.name], ['cache', first.path, first.name]);
});

test('without a network the model from npm is used, and the sentence says why', async (t) => {
  const dataDir = await temporaryFolder(t);
  const model = await resolveFaceModel({ dataDir, download: unreachable, ...logged() });
  assert.deepEqual([model.kind, model.origin, model.sha256], ['blazeface', 'npm', BLAZEFACE_256.sha256]);
  assert.match(model.name, /^blazeface-256@[0-9a-f]{12}$/);
  assert.match(model.why, /download .* failed \(getaddrinfo ENOTFOUND github\.com\), so BlazeFace from npm/);
  assert.equal(await sha256OfFile(model.path), model.sha256);
});

test('a download with other content, too much of it, or an error status is not used', async (t) => {
  const refused: [Download, RegExp][] = [
    [serving(Buffer.from('<html>log in</html>')), /expected SHA-256 8f2383e4dd3c…, got/],
    [serving(Buffer.alloc(YUNET_2023.bytes), Buffer.alloc(1)), /expected 232589 bytes, more came/],
    [async () => ({ ok: false, status: 404, body: null }), /the server answered 404/],
  ];
  for (const [download, reason] of refused) {
    const dataDir = await temporaryFolder(t);
    const model = await resolveFaceModel({ dataDir, download, ...logged() });
    assert.equal(model.origin, 'npm');
    assert.match(model.why, reason);
    assert.deepEqual(await readdir(join(dataDir, 'models')), [BLAZEFACE_256.fileName]);
  }
});

test('a damaged file in the cache is deleted, said so, and had again', { skip }, async (t) => {
  const dataDir = await temporaryFolder(t);
  await mkdir(join(dataDir, 'models'));
  for (const { fileName } of [YUNET_2023, BLAZEFACE_256]) await writeFile(join(dataDir, 'models', fileName), 'damaged');
  const offline = logged();
  const fallback = await resolveFaceModel({ dataDir, download: unreachable, ...offline });
  assert.equal(await sha256OfFile(fallback.path), BLAZEFACE_256.sha256);
  assert.equal(offline.lines.filter((line) => line.startsWith('deleted')).length, 2);
  assert.deepEqual(await readdir(join(dataDir, 'models')), [BLAZEFACE_256.fileName]);

  await writeFile(join(dataDir, 'models', YUNET_2023.fileName), 'damaged');
  const model = await resolveFaceModel({ dataDir, download: serving(await readFile(YUNET_PATH)), ...logged() });
  assert.equal(model.origin, 'download');
  assert.equal(await sha256OfFile(model.path), YUNET_2023.sha256);
});

test('many at once on one data directory all get a whole model and leave nothing else behind', { skip }, async (t) => {
  const dataDir = await temporaryFolder(t);
  const download = serving(await readFile(YUNET_PATH));
  await mkdir(join(dataDir, 'models'));
  await writeFile(join(dataDir, 'models', YUNET_2023.fileName), 'damaged');
  const at = Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? download : unreachable));
  const models = await Promise.all(at.map((one) => resolveFaceModel({ dataDir, download: one, ...logged() })));
  for (const model of models) assert.equal(await sha256OfFile(model.path), model.sha256);
  const names = await readdir(join(dataDir, 'models'));
  for (const name of names) assert.match(name, /\.onnx$/);
});

test('FACE_MODEL goes before everything and is told by its content', { skip }, async (t) => {
  const dataDir = await temporaryFolder(t);
  const yunet = await resolveFaceModel({ faceModel: YUNET_PATH, dataDir, download: forbidden, ...logged() });
  assert.deepEqual([yunet.kind, yunet.origin, yunet.path], ['yunet', 'setting', YUNET_PATH]);
  assert.equal(yunet.name, 'yunet-2023mar@8f2383e4dd3c');

  const { path } = await resolveFaceModel({ dataDir, download: unreachable, ...logged() });
  const blazeface = await resolveFaceModel({ faceModel: path, dataDir, download: forbidden, ...logged() });
  assert.deepEqual([blazeface.kind, blazeface.origin], ['blazeface', 'setting']);

  // Bytes after the model that change its hash but not what it is: an unknown field of the outermost message.
  const unknown = Buffer.concat([await readFile(YUNET_PATH), Buffer.from('9a3f00', 'hex')]);
  const own = await temporaryFile(t, 'own.onnx', unknown);
  const other = await resolveFaceModel({ faceModel: own, dataDir, download: forbidden, ...logged() });
  assert.equal(other.kind, 'yunet');
  assert.match(other.name, /^yunet@[0-9a-f]{12}$/);
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
    [await temporaryFolder(t), /EISDIR/],
    [await temporaryFile(t, 'a.onnx', await quarters().png().toBuffer()), /YuNet/],
    [await temporaryFile(t, 'b.onnx', identity), /its outputs are not those of YuNet or of our BlazeFace, but output/],
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
