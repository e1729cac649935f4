import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { withApi } from './api-fixture.js';
import { ask, begun, code, create, partType, send, staging } from './api-resumable-fixture.js';

test('names and folders that cannot be watched, and keys that make no sense, are refused before any byte', () =>
  withApi(async (api) => {
    const refused: [Record<string, string>, string][] = [
      [{ folder: 'x' }, 'filename'],
      ...['../evil', '/etc/passwd', '..', '.hidden', '', 'tab\tname', 'x'.repeat(256)].map(
        (filename): [Record<string, string>, string] => [{ filename }, 'filename'],
      ),
      ...['..', 'a/../../x', '.git', 'a//b', 'a\\b'].map((folder): [Record<string, string>, string] => [
        { filename: 'a', folder },
        'folder',
      ]),
      [{ filename: 'a', overwrite: 'yes' }, 'overwrite'],
      [{ replaces: 'x' }, 'replaces'],
      [{ replaces: '1', folder: 'x' }, 'folder'],
    ];
    for (const [metadata, path] of refused) {
      const { status, body } = await create(api, 1, metadata);
      assert.equal(status, 422, JSON.stringify(metadata));
      assert.equal(body.errors[0].path, path);
    }
    assert.deepEqual(await readdir(staging(api)), []);
  }));

test('what is not of the protocol is answered with problems', () =>
  withApi(async (api) => {
    const path = await begun(api, 3, { filename: 'a.json' });
    const unknown = `/api/uploads/${'0'.repeat(32)}`;
    const offset = { 'upload-offset': '0' };
    const patch = (headers: Record<string, string>, payload = 'abc') =>
      ask(api, path, { method: 'PATCH', headers, payload });
    assert.deepEqual(code(await patch({ ...partType, ...offset, 'tus-resumable': '0.2.2' })), [
      412,
      'wrong-tus-version',
    ]);
    assert.deepEqual(code(await patch({ ...partType })), [400, 'malformed-upload']);
    assert.deepEqual(code(await patch({ ...partType, 'upload-offset': '-1' })), [400, 'malformed-upload']);
    assert.deepEqual(code(await patch({ ...offset, 'content-type': 'image/png' })), [415, 'unsupported-media-type']);
    assert.deepEqual(code(await patch({ ...partType, 'upload-offset': '2' })), [409, 'wrong-offset']);
    assert.deepEqual(code(await patch({ ...partType, ...offset }, 'abcd')), [413, 'content-too-large']);
    assert.deepEqual(code(await send(api, unknown, 0, 'abc')), [404, 'not-found']);
    assert.deepEqual(code(await send(api, '/api/uploads/x', 0, 'abc')), [404, 'not-found']);
    assert.equal((await ask(api, unknown, { method: 'HEAD' })).status, 404);
    assert.deepEqual(code(await ask(api, unknown, { method: 'DELETE' })), [404, 'not-found']);
    const begin = (headers: Record<string, string>) => ask(api, '/api/uploads', { method: 'POST', headers });
    assert.deepEqual(code(await begin({})), [400, 'malformed-upload']);
    assert.deepEqual(code(await begin({ 'upload-defer-length': '1' })), [400, 'malformed-upload']);
    assert.deepEqual(code(await begin({ 'upload-length': '1', 'upload-metadata': 'a b c' })), [
      400,
      'malformed-upload',
    ]);
    assert.deepEqual(code(await create(api, 2 ** 52, { filename: 'huge.bin' })), [507, 'disk-full']);
    assert.equal((await ask(api, path, { method: 'HEAD' })).headers['upload-offset'], '0');
    const options = await ask(api, '/api/uploads', { method: 'OPTIONS' });
    assert.deepEqual(
      [options.status, options.headers['tus-version'], options.headers['tus-extension']],
      [204, '1.0.0', 'creation,creation-with-upload,termination,expiration'],
    );
    assert.equal(options.headers['access-control-allow-origin'], undefined);
  }));

test('links in the place of the staging folder, of an upload, or on the way to the folder are not followed', () =>
  withApi(async (api) => {
    const outside = join(api.dataDir, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'secret'), '');
    const path = await begun(api, 3, { filename: 'a.json' });
    const staged = join(staging(api), path.split('/').pop() ?? '');
    await rm(staged);
    await symlink(join(outside, 'secret'), staged);
    assert.equal((await send(api, path, 0, 'abc')).status, 410);
    assert.equal(await readFile(join(outside, 'secret'), 'utf8'), '');
    await symlink(outside, join(api.inbox, 'way'));
    const way = await begun(api, 3, { filename: 'a.json', folder: 'way' });
    assert.deepEqual(code(await send(api, way, 0, 'abc')), [409, 'folder-unusable']);
    await rm(join(api.inbox, '.uploads'), { recursive: true });
    await symlink(outside, join(api.inbox, '.uploads'));
    assert.deepEqual(code(await create(api, 3, { filename: 'b.json' })), [409, 'folder-unusable']);
    assert.deepEqual(await readdir(outside), ['secret']);
  }));

test('nobody uploads without the token, or from the page of another site', () =>
  withApi(
    async (api) => {
      const bearer = { authorization: 'Bearer a-token-for-tests-of-the-api-0123456789' };
      const made = await create(api, 3, { filename: 'a.json' }, bearer);
      assert.equal(made.status, 201);
      const path = String(made.headers['location']);
      assert.deepEqual(code(await create(api, 3, { filename: 'b.json' })), [401, 'unauthorized']);
      assert.deepEqual(code(await send(api, path, 0, 'abc')), [401, 'unauthorized']);
      assert.equal((await ask(api, path, { method: 'HEAD' })).status, 401);
      assert.deepEqual(code(await ask(api, path, { method: 'DELETE' })), [401, 'unauthorized']);
      const foreign = { origin: 'https://evil.example', ...partType, 'upload-offset': '0' };
      const sent = await ask(api, path, { method: 'PATCH', headers: foreign, payload: 'abc' });
      assert.deepEqual(code(sent), [403, 'foreign-origin']);
      assert.deepEqual(await readdir(api.inbox), ['.uploads']);
    },
    { apiToken: 'a-token-for-tests-of-the-api-0123456789' },
  ));
