import assert from 'node:assert/strict';
import { link, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { Upload, type UploadOptions } from 'tus-js-client';
import { sweepStaging } from '../../apps/api/upload/staging.js';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { waitFor } from '../helpers/wait.js';
import { seedContent } from './api-content-fixture.js';
import { type Answer, withApi } from './api-fixture.js';
import { ask, begun, code, create, partType, send, staging, tus } from './api-resumable-fixture.js';

/** Uploads with the client that browsers use. */
const upload = (bytes: Buffer, options: UploadOptions): Promise<{ url: string; body: Answer['body'] }> =>
  new Promise((resolve, reject) => {
    const work = new Upload(bytes, {
      retryDelays: null,
      ...options,
      onError: reject,
      onSuccess: ({ lastResponse }) => resolve({ url: work.url ?? '', body: lastResponse.getBody() }),
    });
    work.start();
  });

test('an upload with a client of the protocol lies in the inbox when its last byte has come, and not before', () =>
  withApi(async (api) => {
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' });
    const bytes = Buffer.from(Array.from({ length: 700_000 }, (_, n) => n % 251));
    const seen: string[][] = [];
    const { body } = await upload(bytes, {
      endpoint: `${address}/api/uploads`,
      chunkSize: 200_000,
      metadata: { filename: 'früh.bin', folder: '/day/', filetype: 'application/x' },
      onChunkComplete: async () => void seen.push(await readdir(join(api.inbox, 'day')).catch(() => [])),
    });
    assert.deepEqual(JSON.parse(body), { items: [{ path: 'day/früh.bin', size: 700_000 }] });
    assert.deepEqual(seen.slice(0, 2), [[], []]);
    assert.ok((await readFile(join(api.inbox, 'day/früh.bin'))).equals(bytes));
    assert.deepEqual(await readdir(join(api.inbox, 'day')), ['früh.bin']);
    const small = await upload(Buffer.from('x'), {
      endpoint: `${address}/api/uploads`,
      uploadDataDuringCreation: true,
      metadata: { filename: 'small.bin' },
    });
    assert.deepEqual(JSON.parse(small.body), { items: [{ path: 'small.bin', size: 1 }] });
    await upload(Buffer.alloc(0), { endpoint: `${address}/api/uploads`, metadata: { filename: 'empty.bin' } });
    assert.equal((await readFile(join(api.inbox, 'empty.bin'))).length, 0);
  }));

test('an upload whose connection is cut goes on from the byte that came last', () =>
  withApi(async (api) => {
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' });
    const bytes = Buffer.from(Array.from({ length: 900_000 }, (_, n) => n % 239));
    const path = await begun(api, bytes.length, { filename: 'cut.bin' });
    const cut = request(`${address}${path}`, {
      method: 'PATCH',
      headers: { ...tus, ...partType, 'upload-offset': '0', 'content-length': bytes.length },
    });
    cut.on('error', () => {});
    cut.write(bytes.subarray(0, 300_000));
    const offset = async (): Promise<number> =>
      (await readFile(join(staging(api), path.split('/').pop() ?? ''))).length;
    await waitFor('the first bytes are written', async () => ((await offset()) === 300_000 ? true : undefined));
    // What asks first may come while the dead connection is still thought to live.
    const head = await ask(api, path, { method: 'HEAD' });
    assert.deepEqual(
      [head.status, head.headers['upload-offset'], head.headers['upload-length'], head.headers['cache-control']],
      [200, '300000', '900000', 'no-store'],
    );
    cut.destroy();
    assert.ok(!(await readdir(api.inbox)).includes('cut.bin'));
    let sent = 0;
    const { body } = await upload(bytes, {
      endpoint: `${address}/api/uploads`,
      uploadUrl: `${address}${path}`,
      onBeforeRequest: (each) => {
        if (each.getMethod() === 'PATCH') sent = Number(each.getHeader('Upload-Offset'));
      },
    });
    assert.equal(sent, 300_000);
    assert.deepEqual(JSON.parse(body), { items: [{ path: 'cut.bin', size: 900_000 }] });
    assert.ok((await readFile(join(api.inbox, 'cut.bin'))).equals(bytes));
    assert.deepEqual(
      api.logged.filter(({ level }) => Number(level) >= 50),
      [],
      'nothing failed here',
    );
  }));

test('who asks after the last byte, because no answer came, hears that all is there', () =>
  withApi(async (api) => {
    const path = await begun(api, 4, { filename: 'a.json' });
    assert.equal((await send(api, path, 0, '[1]\n')).status, 201);
    const head = await ask(api, path, { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers['upload-offset']], [200, '4']);
    const again = await send(api, path, 4, '');
    assert.deepEqual([again.status, again.body], [201, { items: [{ path: 'a.json', size: 4 }] }]);
    // The watcher, or a person, may have taken it away by then.
    await rm(join(api.inbox, 'a.json'));
    assert.equal((await ask(api, path, { method: 'HEAD' })).status, 200);
    assert.deepEqual(await readdir(api.inbox), ['.uploads']);
  }));

test('a process that was killed between the last byte and the inbox has lost nothing', () =>
  withApi(async (api) => {
    // What it leaves: all bytes, and nobody who moves them.
    const first = await begun(api, 4, { filename: 'a.json' });
    await writeFile(join(staging(api), first.split('/').pop() ?? ''), '[1]\n');
    assert.equal((await ask(api, first, { method: 'HEAD' })).headers['upload-offset'], '4');
    assert.equal(await readFile(join(api.inbox, 'a.json'), 'utf8'), '[1]\n');
    // Or the name is given already, with or without the name that it had.
    for (const name of ['b.json', 'c.json']) {
      const path = await begun(api, 4, { filename: name });
      const staged = join(staging(api), path.split('/').pop() ?? '');
      await writeFile(staged, '[2]\n');
      await link(staged, join(api.inbox, name));
      if (name === 'c.json') await rm(staged);
      const head = await ask(api, path, { method: 'HEAD' });
      assert.deepEqual([head.status, head.headers['upload-offset']], [200, '4'], name);
      assert.equal(await readFile(join(api.inbox, name), 'utf8'), '[2]\n');
    }
    assert.deepEqual(
      (await readdir(staging(api))).filter((name) => !name.endsWith('.json')),
      [],
    );
  }));

test('a name that is taken is refused at the beginning and at the end, unless it is to be replaced', () =>
  withApi(async (api) => {
    const path = await begun(api, 3, { filename: 'a.json' });
    await writeFile(join(api.inbox, 'a.json'), 'old');
    assert.deepEqual(code(await create(api, 3, { filename: 'a.json' })), [409, 'name-taken']);
    assert.deepEqual(code(await send(api, path, 0, 'new')), [409, 'name-taken']);
    assert.equal(await readFile(join(api.inbox, 'a.json'), 'utf8'), 'old');
    assert.equal((await ask(api, path, { method: 'HEAD' })).status, 409);
    // Its bytes are kept, and it becomes the file when the name is free.
    await rm(join(api.inbox, 'a.json'));
    assert.deepEqual((await send(api, path, 3, '')).body, { items: [{ path: 'a.json', size: 3 }] });
    const over = await begun(api, 5, { filename: 'a.json', overwrite: 'true' });
    assert.equal((await send(api, over, 0, 'newer')).status, 201);
    assert.equal(await readFile(join(api.inbox, 'a.json'), 'utf8'), 'newer');
  }));

test('an upload takes the place of a file that is still the one that was seen, and who did it is recorded', () =>
  withApi(async (api) => {
    const id = await seedContent(api, 'day/bad.json', 'broken', { state: 'quarantined' });
    const path = await begun(api, 2, { replaces: id, filename: '.whatever' });
    const late = await begun(api, 4, { replaces: id });
    assert.deepEqual((await send(api, path, 0, '[]')).body, { items: [{ path: 'day/bad.json', size: 2 }] });
    assert.equal(await readFile(join(api.inbox, 'day/bad.json'), 'utf8'), '[]');
    assert.deepEqual(code(await send(api, late, 0, '[12]')), [409, 'file-changed']);
    assert.deepEqual(code(await create(api, 1, { replaces: id })), [409, 'file-changed']);
    assert.deepEqual(code(await create(api, 1, { replaces: '999999' })), [404, 'not-found']);
    assert.equal(await readFile(join(api.inbox, 'day/bad.json'), 'utf8'), '[]');
    const { body } = await api.ask(`/api/actions?subject=file:${id}`);
    assert.deepEqual(
      body.items.map((each: Answer['body']) => [each.action, each.caller, each.status, each.detail]),
      [
        ['replace-file', 'local', 409, { size: 4 }],
        ['replace-file', 'local', 201, { size: 2, path: 'day/bad.json' }],
      ],
    );
  }));

test('an upload is given up with DELETE, and by itself a day after its last byte', () =>
  withApi(async (api) => {
    const path = await begun(api, 3, { filename: 'a.json' });
    assert.equal((await send(api, path, 0, 'ab')).status, 204);
    assert.equal((await ask(api, path, { method: 'DELETE' })).status, 204);
    assert.equal((await ask(api, path, { method: 'HEAD' })).status, 404);
    assert.deepEqual(await readdir(staging(api)), []);
    const done = await begun(api, 1, { filename: 'done.json' });
    assert.equal((await send(api, done, 0, '1')).status, 201);
    assert.deepEqual(code(await ask(api, done, { method: 'DELETE' })), [409, 'wrong-state']);
    assert.equal(await readFile(join(api.inbox, 'done.json'), 'utf8'), '1');

    const old = await begun(api, 3, { filename: 'old.json' });
    const slow = await begun(api, 3, { filename: 'slow.json' });
    assert.match(String((await send(api, slow, 0, 'ab')).headers['upload-expires']), / GMT$/);
    const nameOf = (each: string): string => each.split('/').pop() ?? '';
    const longAgo = Date.now() / 1000 - 25 * 60 * 60;
    for (const name of [nameOf(old), `${nameOf(old)}.json`, `${nameOf(slow)}.json`, `${nameOf(done)}.json`]) {
      await utimes(join(staging(api), name), longAgo, longAgo);
    }
    assert.deepEqual(code(await send(api, old, 0, 'abc')), [410, 'upload-gone']);
    await sweepStaging(api.inbox);
    assert.deepEqual((await readdir(staging(api))).sort(), [nameOf(slow), `${nameOf(slow)}.json`]);
    assert.equal((await send(api, slow, 2, 'c')).status, 201);
    assert.equal(await readFile(join(api.inbox, 'slow.json'), 'utf8'), 'abc');
  }));

test('the examples of docs/uploads.md answer as the page says', () =>
  withApi(async (api) => {
    const id = await seedContent(api, 'bad.json', 'broken', { state: 'quarantined' });
    let address = '';
    const statuses: number[] = [];
    for (const { method, path, body, headers } of readCurlExamples('docs/uploads.md')) {
      const url = `/api${path}`.replace('$id', id).replace('/api/uploads/$upload', address);
      const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
      const answer = await api.app.inject({ method, url, headers, ...payload });
      if (answer.headers.location !== undefined) address = String(answer.headers.location);
      statuses.push(answer.statusCode);
      if (method === 'PATCH' && answer.statusCode === 201) {
        assert.deepEqual(answer.json(), { items: [{ path: 'day/a.json', size: 5 }] });
      }
    }
    assert.deepEqual(statuses, [201, 204, 201, 409, 200]);
    assert.equal(await readFile(join(api.inbox, 'day/a.json'), 'utf8'), '12345');
  }));
