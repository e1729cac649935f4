import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Upload } from 'tus-js-client';
import { imageSample } from '#samples/images.js';
import { startMillrace } from '../helpers/millrace.js';
import { waitFor } from '../helpers/wait.js';

test('an upload goes on where it was when the API is killed in the middle, and is loaded once', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-upload-'));
  const millrace = await startMillrace({ folder, env: { SETTLE_MS: '200' } });
  t.after(async () => {
    millrace.signal('SIGTERM');
    await millrace.exited;
    rmSync(folder, { recursive: true, force: true });
  });
  const headers = { authorization: `Bearer ${millrace.token}` };
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${millrace.url}${path}`, { ...init, headers: { ...headers, ...init.headers } });
  const bytes = Buffer.from((await imageSample(0, 1)).bytes);
  const tus = { 'tus-resumable': '1.0.0' };

  const begun = await ask('/api/uploads', {
    method: 'POST',
    headers: {
      ...tus,
      'upload-length': String(bytes.length),
      'upload-metadata': `filename ${Buffer.from('image.jpg').toString('base64')}`,
    },
  });
  assert.equal(begun.status, 201, await begun.clone().text());
  const path = begun.headers.get('location') ?? '';
  const half = Math.floor(bytes.length / 2);
  const cut = request(`${millrace.url}${path}`, {
    method: 'PATCH',
    headers: {
      ...headers,
      ...tus,
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
      'content-length': bytes.length,
    },
  });
  cut.on('error', () => {});
  cut.write(bytes.subarray(0, half));
  const staged = join(folder, 'inbox', '.uploads', 'resumable', path.split('/').pop() ?? '');
  await waitFor('half of it is here', async () => ((await stat(staged)).size === half ? true : undefined));

  const pid = millrace.state()?.processes.find(({ name }) => name === 'api')?.pid;
  assert.ok(pid !== undefined && pid !== null);
  process.kill(pid, 'SIGKILL');
  await waitFor('another API answers', async () => {
    const { pid: next } = millrace.state()?.processes.find(({ name }) => name === 'api') ?? {};
    if (next === undefined || next === null || next === pid) return undefined;
    return (await ask('/healthz').catch(() => undefined))?.ok || undefined;
  });
  assert.ok(!(await readdir(join(folder, 'inbox'))).includes('image.jpg'));

  const offsets: number[] = [];
  await new Promise<void>((resolve, reject) => {
    new Upload(bytes, {
      endpoint: `${millrace.url}/api/uploads`,
      uploadUrl: `${millrace.url}${path}`,
      headers,
      retryDelays: null,
      onBeforeRequest: (each) => {
        if (each.getMethod() === 'PATCH') offsets.push(Number(each.getHeader('Upload-Offset')));
      },
      onError: reject,
      onSuccess: () => resolve(),
    }).start();
  });
  assert.deepEqual(offsets, [half]);
  assert.ok((await readFile(join(folder, 'inbox', 'image.jpg'))).equals(bytes));
  const files = await waitFor('the image is loaded', async () => {
    const list = (await (await ask('/api/files?state=loaded')).json()) as {
      items: { path: string; version: number }[];
    };
    return list.items.length > 0 ? list.items : undefined;
  });
  assert.deepEqual(
    files.map(({ path: each, version }) => [each, version]),
    [['image.jpg', 1]],
  );
});
