import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readlink, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { attachmentNamed } from '../../apps/api/files/send-content.js';
import { waitFor } from '../helpers/wait.js';
import { seedContent } from './api-content-fixture.js';
import { withApi } from './api-fixture.js';

test('a file’s bytes are those of its version, to be stored, and nothing that a browser would show', () =>
  withApi(async (api) => {
    const bytes = Buffer.alloc(300_000, '<script>alert(1)</script>');
    const id = await seedContent(api, 'day/a "b"; é.html', bytes);
    const empty = await seedContent(api, 'empty.json', '');
    const got = await api.app.inject(`/api/files/${id}/content`);
    assert.equal(got.statusCode, 200, got.body);
    assert.ok(got.rawPayload.equals(bytes));
    assert.equal(got.headers['content-type'], 'application/octet-stream');
    assert.equal(got.headers['content-length'], '300000');
    assert.equal(got.headers['x-content-type-options'], 'nosniff');
    assert.equal(
      got.headers['content-disposition'],
      `attachment; filename="a _b__ _.html"; filename*=UTF-8''a%20%22b%22%3B%20%C3%A9.html`,
    );
    assert.match(String(got.headers['content-security-policy']), /default-src 'none'/);
    const head = await api.app.inject({ method: 'HEAD', url: `/api/files/${id}/content` });
    assert.deepEqual([head.statusCode, head.headers['content-length'], head.body], [200, '300000', '']);
    assert.equal((await api.app.inject(`/api/files/${empty}/content`)).rawPayload.length, 0);
    assert.equal(
      attachmentNamed('.x\r\n(1).csv'),
      `attachment; filename="_x__(1).csv"; filename*=UTF-8''.x%0D%0A%281%29.csv`,
    );
  }));

test('a range of the bytes is sent where it is asked for, and the whole where another version was known', () =>
  withApi(async (api) => {
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, n) => n % 253));
    const id = await seedContent(api, 'a.bin', bytes);
    const url = `/api/files/${id}/content`;
    const get = (headers: Record<string, string>) => api.app.inject({ url, headers });
    const whole = await get({});
    const etag = String(whole.headers['etag']);
    assert.equal(whole.headers['accept-ranges'], 'bytes');
    for (const [range, start, end] of [
      ['bytes=0-99', 0, 100],
      ['bytes=150000-', 150_000, 200_000],
      ['bytes=-70000', 130_000, 200_000],
      ['bytes=-999999', 0, 200_000],
      ['bytes=199999-300000', 199_999, 200_000],
      ['Bytes=7-7', 7, 8],
    ] as const) {
      const got = await get({ range, 'if-range': etag });
      assert.equal(got.statusCode, 206, range);
      assert.ok(got.rawPayload.equals(bytes.subarray(start, end)), range);
      assert.equal(got.headers['content-range'], `bytes ${start}-${end - 1}/200000`);
      assert.equal(got.headers['content-length'], String(end - start));
      assert.equal(got.headers['etag'], etag);
    }
    const others: Record<string, string>[] = [
      { range: 'bytes=0-1,5-6' },
      { range: 'rows=0-1' },
      { range: 'bytes=-' },
      { range: 'bytes=9-2' },
      { range: 'bytes=0-1', 'if-range': '"another"' },
      { range: 'bytes=0-1', 'if-range': 'Sun, 22 Nov 2026 20:00:00 GMT' },
    ];
    for (const headers of others) {
      const got = await get(headers);
      assert.equal(got.statusCode, 200, JSON.stringify(headers));
      assert.ok(got.rawPayload.equals(bytes));
    }
    const empty = await seedContent(api, 'empty.bin', '');
    for (const [at, range, size] of [
      [url, 'bytes=200000-', 200_000],
      [url, 'bytes=-0', 200_000],
      [`/api/files/${empty}/content`, 'bytes=0-', 0],
    ] as const) {
      const refused = await api.ask(at, { headers: { range } });
      assert.deepEqual([refused.status, refused.body.code], [416, 'range-not-satisfiable'], range);
      assert.equal(refused.headers['content-range'], `bytes */${size}`);
    }
    const head = await api.app.inject({ method: 'HEAD', url, headers: { range: 'bytes=0-1' } });
    assert.deepEqual([head.statusCode, head.headers['content-length'], head.headers['etag']], [200, '200000', etag]);
    const known = await get({ 'if-none-match': etag });
    assert.deepEqual([known.statusCode, known.body], [304, '']);
    await utimes(join(api.inbox, 'a.bin'), 1, 1);
    assert.equal((await get({ range: 'bytes=0-1', 'if-range': etag })).statusCode, 409);
  }));

test('what is not that version any more, or no file of the inbox, is not sent', () =>
  withApi(async (api) => {
    const secret = join(api.dataDir, 'secret.txt');
    await mkdir(api.inbox, { recursive: true });
    await writeFile(secret, 'twelve bytes');
    const at = (path: string): string => join(api.inbox, path);
    const answers = async (id: string): Promise<[number, string]> => {
      const { status, body } = await api.ask(`/api/files/${id}/content`);
      assert.ok(!JSON.stringify(body).includes(api.dataDir), 'no path of the server is named');
      return [status, body.code];
    };

    // Nothing of it is sent, although what is found at its end would break it off.
    const large = 'x'.repeat(200_000);
    const longer = await seedContent(api, 'longer.txt', 'twelve bytes');
    await writeFile(at('longer.txt'), 'thirteen byte');
    assert.deepEqual(await answers(longer), [409, 'file-changed']);
    const touched = await seedContent(api, 'touched.txt', 'twelve bytes');
    await utimes(at('touched.txt'), 1, 1);
    assert.deepEqual(await answers(touched), [409, 'file-changed']);
    const older = await seedContent(api, 'versions.txt', 'first', { version: 1, current: false, state: 'superseded' });
    const newer = await seedContent(api, 'versions.txt', 'second', { version: 2 });
    assert.deepEqual(await answers(older), [409, 'file-changed']);
    assert.equal((await api.app.inject(`/api/files/${newer}/content`)).body, 'second');

    const away = await seedContent(api, 'away.txt', 'twelve bytes');
    await rm(at('away.txt'));
    assert.deepEqual(await answers(away), [410, 'file-gone']);
    const linked = await seedContent(api, 'linked.txt', 'twelve bytes');
    await rm(at('linked.txt'));
    await symlink(secret, at('linked.txt'));
    assert.deepEqual(await answers(linked), [410, 'file-gone']);
    const moved = await seedContent(api, 'folder/moved.txt', large);
    await rename(at('folder'), join(api.dataDir, 'elsewhere'));
    await symlink(join(api.dataDir, 'elsewhere'), at('folder'));
    assert.deepEqual(await answers(moved), [410, 'file-gone'], 'a folder of the path is a link');
    const outside = await seedContent(api, '../secret.txt', large);
    assert.deepEqual(await answers(outside), [410, 'file-gone']);
    const pipe = await seedContent(api, 'pipe.txt', 'twelve bytes');
    await rm(at('pipe.txt'));
    execFileSync('mkfifo', [at('pipe.txt')]);
    assert.deepEqual(await answers(pipe), [410, 'file-gone']);
    assert.deepEqual(await answers('999999'), [404, 'not-found']);
  }));

test('files are closed when their bytes are sent, and when the client goes away in the middle or asks for the head only', () =>
  withApi(async (api) => {
    const id = await seedContent(api, 'large.bin', Buffer.alloc(30_000_000));
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' });
    const url = `${address}/api/files/${id}/content`;
    // Node closes what is forgotten when it collects garbage, and says so.
    const warnings: string[] = [];
    const warned = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', warned);
    for (let n = 0; n < 5; n++) {
      const gone = new AbortController();
      const { body, status } = await fetch(url, { signal: gone.signal });
      assert.equal(status, 200);
      await body?.getReader().read();
      gone.abort();
      assert.equal((await fetch(url, { method: 'HEAD' })).headers.get('content-length'), '30000000');
    }
    assert.equal((await (await fetch(url)).arrayBuffer()).byteLength, 30_000_000);
    await api.app.inject(`/api/files/${id}/preview`);
    if (process.platform === 'linux')
      await waitFor('the file to be closed', async () => {
        const open = await Promise.all(
          (await readdir('/proc/self/fd')).map((each) => readlink(`/proc/self/fd/${each}`).catch(() => '')),
        );
        return open.every((path) => !path.endsWith('large.bin')) || undefined;
      });
    process.off('warning', warned);
    assert.deepEqual(
      warnings.filter((message) => message.includes('garbage collection')),
      [],
    );
  }));
