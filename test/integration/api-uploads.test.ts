import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, symlink, unlink } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { closeServer } from '../../apps/api/close-server.js';
import { waitFor } from '../helpers/wait.js';
import { type Answer, type TestApi, withApi } from './api-fixture.js';

const boundary = 'millraceboundary';

/** One part of a form, as browsers write it. */
const part = (filename: string, content: string, field = 'file') =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${filename}"\r\n` +
  `Content-Type: application/octet-stream\r\n\r\n${content}\r\n`;
const field = (name: string, value: string) =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

const upload = (api: TestApi, parts: string[], query = ''): Promise<Answer> =>
  api.ask(`/api/files${query}`, {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `${parts.join('')}--${boundary}--\r\n`,
  });

/** What uploads under way, or given up, have left beside the watched names. */
const staged = async (api: TestApi): Promise<string[]> => await readdir(join(api.inbox, '.uploads')).catch(() => []);

test('uploaded files lie in the inbox under their names, byte for byte', () =>
  withApi(async (api) => {
    const { status, body } = await upload(api, [part('a.json', '{"x":"ü"}'), part('2023-01-01 00:00:00.parquet', 'P')]);
    assert.equal(status, 201);
    assert.deepEqual(body, {
      items: [
        { path: 'a.json', size: 10 },
        { path: '2023-01-01 00:00:00.parquet', size: 1 },
      ],
    });
    assert.equal(await readFile(join(api.inbox, 'a.json'), 'utf8'), '{"x":"ü"}');
    assert.deepEqual(await staged(api), []);
  }));

test('a folder below the inbox is made, from the form or the query', () =>
  withApi(async (api) => {
    const first = await upload(api, [part('a.json', '1'), field('folder', 'day/früh')]);
    assert.deepEqual(first.body.items, [{ path: 'day/früh/a.json', size: 1 }]);
    const second = await upload(api, [part('b.json', '2')], '?folder=/day/');
    assert.deepEqual(second.body.items, [{ path: 'day/b.json', size: 1 }]);
    assert.equal(await readFile(join(api.inbox, 'day/früh/a.json'), 'utf8'), '1');
  }));

test('names that lead elsewhere or cannot be watched are refused, and nothing of the upload is kept', () =>
  withApi(async (api) => {
    const names = [
      '../evil',
      '/etc/passwd',
      'a/b.json',
      'c:\\\\x.json',
      '..',
      '.',
      '.hidden',
      '',
      'tab\tname',
      'x'.repeat(256),
      'ü'.repeat(128),
    ];
    for (const name of names) {
      const { status, body } = await upload(api, [part('good.json', '1'), part(name, 'evil'), part('later.json', '2')]);
      assert.equal(status, 422, JSON.stringify(name));
      assert.equal(body.errors.length, 1, JSON.stringify(body));
    }
    for (const folder of ['..', '../x', 'a/../../x', '.git', 'a//b', 'a\\b', 'a/.b']) {
      const { status, body } = await upload(api, [part('a.json', '1')], `?folder=${encodeURIComponent(folder)}`);
      assert.equal(status, 422, folder);
      assert.equal(body.errors[0].path, 'folder');
    }
    assert.deepEqual(
      (await readdir(api.inbox)).filter((name) => name !== '.uploads'),
      [],
    );
    assert.deepEqual(await staged(api), []);
    assert.ok(!existsSync(join(api.inbox, '../evil')));
  }));

test('a link in the inbox is not followed out of it', () =>
  withApi(async (api) => {
    await mkdir(join(api.dataDir, 'outside'));
    await mkdir(api.inbox, { recursive: true });
    await symlink(join(api.dataDir, 'outside'), join(api.inbox, 'way'));
    assert.equal((await upload(api, [part('a.json', '1')], '?folder=way')).status, 409);
    assert.deepEqual(await readdir(join(api.dataDir, 'outside')), []);
  }));

test('nothing is made outside the inbox through a link, wherever on the way it lies', () =>
  withApi(async (api) => {
    const outside = join(api.dataDir, 'outside');
    await mkdir(outside);
    await mkdir(join(api.inbox, 'day'), { recursive: true });
    await symlink(outside, join(api.inbox, 'link'));
    await symlink(outside, join(api.inbox, 'day', 'link'));
    await symlink(join(api.inbox, 'day'), join(api.inbox, 'within'));
    for (const folder of ['link/n2', 'link/n2/n3', 'day/link/n2', 'within/link/n2', 'within/n2']) {
      const { status, body } = await upload(api, [part('a.json', '1')], `?folder=${folder}`);
      assert.equal(status, 409, folder);
      assert.ok(!body.detail.includes(api.dataDir), body.detail);
    }
    assert.deepEqual(await readdir(outside), []);
    assert.deepEqual(await readdir(join(api.inbox, 'day')), ['link']);
    assert.deepEqual(await staged(api), []);
  }));

test('a link in the place of the staging folder is not followed', () =>
  withApi(async (api) => {
    const outside = join(api.dataDir, 'outside');
    await mkdir(outside);
    await mkdir(api.inbox, { recursive: true });
    await symlink(outside, join(api.inbox, '.uploads'));
    assert.equal((await upload(api, [part('a.json', '1')])).status, 409);
    assert.deepEqual(await readdir(outside), []);
  }));

test('a folder that becomes a link while an upload goes on takes nothing out of the inbox', () =>
  withApi(async (api) => {
    const outside = join(api.dataDir, 'outside');
    const day = join(api.inbox, 'day');
    await mkdir(outside);
    await mkdir(day, { recursive: true });
    let done = false;
    const swap = async (): Promise<void> => {
      while (!done) {
        await rename(day, `${day}-away`);
        await symlink(outside, day);
        await unlink(day);
        await rename(`${day}-away`, day);
      }
    };
    const swapping = swap().catch(() => {});
    for (let n = 0; n < 40; n++) {
      const { status } = await upload(api, [part(`${n}.json`, '1')], '?folder=day/deeper');
      assert.ok([201, 409].includes(status), String(status));
    }
    done = true;
    await swapping;
    assert.deepEqual(await readdir(outside), []);
  }));

test('a name that is taken is 409 and takes the whole upload back; overwrite=true replaces it', () =>
  withApi(async (api) => {
    await upload(api, [part('a.json', 'old')]);
    const taken = await upload(api, [part('new.json', '1'), part('a.json', 'new')]);
    assert.equal(taken.status, 409);
    assert.match(taken.body.detail, /a\.json/);
    assert.deepEqual((await readdir(api.inbox)).sort(), ['.uploads', 'a.json']);
    assert.equal(await readFile(join(api.inbox, 'a.json'), 'utf8'), 'old');
    assert.equal((await upload(api, [part('a.json', 'new')], '?overwrite=true')).status, 201);
    assert.equal(await readFile(join(api.inbox, 'a.json'), 'utf8'), 'new');
    assert.equal((await upload(api, [part('x', '1')], '?folder=a.json')).status, 409);
    await mkdir(join(api.inbox, 'folder'));
    assert.equal((await upload(api, [part('folder', '1')], '?overwrite=true')).status, 409);
    assert.deepEqual(await staged(api), []);
  }));

test('of many uploads of one name at the same time exactly one wins', () =>
  withApi(async (api) => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => upload(api, [part('same.json', `${n}`)])));
    assert.deepEqual(answers.map((each) => each.status).sort(), [201, ...Array<number>(7).fill(409)]);
    const winner = answers.findIndex((each) => each.status === 201);
    assert.equal(await readFile(join(api.inbox, 'same.json'), 'utf8'), `${winner}`);
  }));

test('an upload without files, with strange fields, or that is no form is refused with the reason', () =>
  withApi(async (api) => {
    assert.equal((await upload(api, [])).status, 422);
    assert.equal((await upload(api, [part('a.json', '1'), field('colour', 'red')])).status, 422);
    assert.equal((await upload(api, [part('a.json', '1'), part('a.json', '2')])).status, 422);
    assert.equal((await api.ask('/api/files', { method: 'POST', body: {} })).status, 415);
    assert.equal((await upload(api, [part('a.json', '1')], '?colour=red')).status, 422);
    const truncated = await api.ask('/api/files', {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: part('a.json', 'cut').slice(0, -2),
    });
    assert.equal(truncated.status, 400, JSON.stringify(truncated.body));
    const unbounded = await api.ask('/api/files', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data' },
      body: 'x',
    });
    assert.equal(unbounded.status, 400, JSON.stringify(unbounded.body));
    assert.deepEqual(
      (await readdir(api.inbox)).filter((name) => name !== '.uploads'),
      [],
    );
    assert.deepEqual(await staged(api), []);
  }));

test('a large upload is streamed: memory stays far below its size', () =>
  withApi(async (api) => {
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    const chunk = Buffer.alloc(1 << 20, 'x');
    const chunks = 300;
    function* content() {
      yield Buffer.from(part('large.bin', '').slice(0, -2));
      for (let n = 0; n < chunks; n++) yield chunk;
      yield Buffer.from(`\r\n--${boundary}--\r\n`);
    }
    const before = process.memoryUsage().rss;
    const sent = request(api.app.listeningOrigin, {
      method: 'POST',
      path: '/api/files',
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    });
    Readable.from(content()).pipe(sent);
    const [response] = await once(sent, 'response');
    response.resume();
    assert.equal(response.statusCode, 201);
    const grown = (process.memoryUsage().rss - before) / (1 << 20);
    assert.equal((await stat(join(api.inbox, 'large.bin'))).size, chunks << 20);
    assert.ok(grown < 150, `memory grew by ${Math.round(grown)} MB for an upload of ${chunks} MB`);
  }));

/** Sends the first part of an upload and waits until some of it is written. */
async function beginUpload(api: TestApi): Promise<Socket> {
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = new URL(api.app.listeningOrigin);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `POST /api/files HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 10000000\r\n` +
      `Content-Type: multipart/form-data; boundary=${boundary}\r\n\r\n${part('half.json', 'x'.repeat(100_000)).slice(0, -2)}`,
  );
  await waitFor('the upload has begun to be written', async () => {
    const [folder] = await staged(api);
    const [name] = folder === undefined ? [] : await readdir(join(api.inbox, '.uploads', folder)).catch(() => []);
    return folder !== undefined && name !== undefined ? true : undefined;
  });
  return socket;
}

test('a client that goes away in the middle leaves nothing behind', () =>
  withApi(async (api) => {
    const socket = await beginUpload(api);
    socket.destroy();
    await waitFor('nothing of it is left', async () => ((await staged(api)).length === 0 ? true : undefined));
    assert.deepEqual(await readdir(api.inbox), ['.uploads']);
  }));

test('a stop cuts an endless upload off after its patience, and leaves nothing of it behind', () =>
  withApi(async (api) => {
    const socket = await beginUpload(api);
    await closeServer(api.app, 50);
    assert.deepEqual(await staged(api), []);
    socket.destroy();
  }));
