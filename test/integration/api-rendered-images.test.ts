import assert from 'node:assert/strict';
import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { SerialProcessError } from '#faces/children/serial-process.js';
import type { RenderRequest } from '#faces/render/messages.js';
import { type TestApi, withApi } from './api-fixture.js';
import { middleFace, seedImage } from './api-rendered-images-fixture.js';

/** A renderer that counts, and whose answers a test may hold back. */
function countingRenderer(fault?: SerialProcessError) {
  const asked: RenderRequest[] = [];
  return {
    asked,
    async render(request: RenderRequest): Promise<Uint8Array> {
      asked.push(request);
      await new Promise((resolve) => setImmediate(resolve));
      if (fault) throw fault;
      return Buffer.alloc(100_000, asked.length);
    },
    close: async () => {},
  };
}

/** Runs a test against an API whose images are made by `renderer`, with a cache of `maxBytes` bytes. */
const withRenderer = (
  renderer: ReturnType<typeof countingRenderer>,
  maxBytes: number,
  work: (api: TestApi, cacheFolder: string) => Promise<void>,
): Promise<void> =>
  withApi((api) => work(api, join(api.dataDir, 'cache', 'pictures')), { images: { renderer, maxBytes } });

const get = (api: TestApi, url: string, headers: Record<string, string> = {}) => api.app.inject({ url, headers });

test('an image comes annotated and small, as JPEG or, where it is asked for, as WebP', () =>
  withApi(async (api) => {
    const id = await seedImage(api, 'a folder/Zoë & <b>.jpg', { width: 1200, height: 800 });
    const annotated = await get(api, `/api/images/${id}/annotated?side=600`);
    assert.equal(annotated.statusCode, 200, annotated.body);
    assert.equal(annotated.headers['content-type'], 'image/jpeg');
    assert.equal(annotated.headers['x-content-type-options'], 'nosniff');
    assert.match(String(annotated.headers['content-security-policy']), /default-src 'none'/);
    assert.match(String(annotated.headers['cache-control']), /^private, max-age=\d+$/);
    assert.equal(annotated.headers['vary'], 'accept');
    const size = await sharp(annotated.rawPayload).metadata();
    assert.equal(size.width, 600);
    assert.ok(size.height > 400 && size.height < 500, 'the caption is below the image');

    const browser = { accept: 'image/avif,image/webp,image/apng,*/*;q=0.8' };
    const thumbnail = await get(api, `/api/images/${id}/thumbnail`, browser);
    assert.equal(thumbnail.headers['content-type'], 'image/webp');
    const small = await sharp(thumbnail.rawPayload).metadata();
    assert.deepEqual([small.format, small.width, small.height], ['webp', 256, 171]);
    for (const accept of ['image/webp;q=0', 'image/jpeg, image/webp;q=0.5', 'text/html', '*/*']) {
      assert.equal((await get(api, `/api/images/${id}/thumbnail`, { accept })).headers['content-type'], 'image/jpeg');
    }
  }));

test('who has the image already is told so, until it would look different', () =>
  withApi(async (api) => {
    const id = await seedImage(api, 'a.jpg');
    const url = `/api/images/${id}/annotated`;
    const etag = String((await get(api, url)).headers['etag']);
    assert.match(etag, /^"[0-9a-f]{40}"$/);
    for (const known of [etag, `"other", W/${etag}`, '*']) {
      const again = await get(api, url, { 'if-none-match': known });
      assert.deepEqual([again.statusCode, again.body, again.headers['etag']], [304, '', etag], known);
    }
    assert.equal((await get(api, url, { 'if-none-match': '"other"' })).statusCode, 200);
    assert.notEqual((await get(api, `${url}?side=512`)).headers['etag'], etag);
    await api.pool.query(`UPDATE dwd.image SET model = 'test@2'`);
    assert.equal((await get(api, url, { 'if-none-match': etag })).statusCode, 200);
  }));

test('what is not there is 404, what is gone or changed 410, what cannot be shown 422, a wrong side 422', () =>
  withApi(async (api) => {
    const status = async (url: string) => {
      const response = await get(api, url);
      if (response.statusCode >= 400) {
        assert.match(String(response.headers['content-type']), /problem\+json/, url);
        assert.equal(response.headers['etag'], undefined, url);
        assert.equal(response.headers['cache-control'], 'no-store', url);
      }
      return response.statusCode;
    };
    const id = await seedImage(api, 'a.jpg');
    const url = `/api/images/${id}/thumbnail`;
    assert.equal(await status(url), 200);
    for (const wrong of ['side=31', 'side=2049', 'side=many', 'sise=100'])
      assert.equal(await status(`${url}?${wrong}`), 422);
    assert.equal(await status('/api/images/999/annotated'), 404);
    assert.equal(await status('/api/images/zero/annotated'), 404);

    const words = await seedImage(api, 'words.jpg', { bytes: Buffer.from('words') });
    const refused = await get(api, `/api/images/${words}/thumbnail`);
    assert.equal(refused.statusCode, 422);
    assert.match(refused.json().detail, /^words\.jpg cannot be shown\. Expected a JPEG, PNG/);

    // Kept in the cache by now; but what was taken out of the inbox is not shown any more.
    await utimes(join(api.inbox, 'a.jpg'), 1, 1);
    assert.equal(await status(url), 410);
    await rm(join(api.inbox, 'a.jpg'));
    assert.equal(await status(url), 410);
    await api.pool.query('DELETE FROM dwd.image WHERE file_id = $1', [id]);
    assert.equal(await status(url), 404);
  }));

test('an image is rendered once, for all who ask at once and for who asks later', () => {
  const renderer = countingRenderer();
  return withRenderer(renderer, 10_000_000, async (api, folder) => {
    const id = await seedImage(api, 'a.jpg');
    const url = `/api/images/${id}/annotated`;
    const together = await Promise.all(Array.from({ length: 5 }, () => get(api, url)));
    const later = await get(api, url);
    assert.deepEqual(new Set([...together, later].map((each) => each.rawPayload[0])), new Set([1]));
    assert.equal(renderer.asked.length, 1);
    assert.deepEqual(renderer.asked[0]?.annotation, { name: 'a.jpg', model: 'test@1', faces: [middleFace] });
    assert.equal((await readdir(folder)).length, 1);
    await get(api, `/api/images/${id}/thumbnail`);
    assert.equal(renderer.asked.length, 2);
    assert.equal(renderer.asked[1]?.annotation, undefined);
  });
});

test('an image under another name with the same bytes shares the thumbnail', () => {
  const renderer = countingRenderer();
  return withRenderer(renderer, 10_000_000, async (api) => {
    const [one, other] = [await seedImage(api, 'a.jpg'), await seedImage(api, 'b.jpg')];
    await api.pool.query(`UPDATE dwd.image SET sha256 = 'e'`);
    for (const id of [one, other]) assert.equal((await get(api, `/api/images/${id}/thumbnail`)).statusCode, 200);
    assert.equal(renderer.asked.length, 1);
  });
});

test('the cache keeps to its size', () => {
  const renderer = countingRenderer();
  return withRenderer(renderer, 350_000, async (api, folder) => {
    const id = await seedImage(api, 'a.jpg');
    for (let side = 64; side < 74; side += 1) await get(api, `/api/images/${id}/thumbnail?side=${side}`);
    assert.equal(renderer.asked.length, 10);
    assert.ok((await readdir(folder)).length <= 3);
  });
});

test('a file that changes while it is rendered is 410 and not kept', () => {
  const renderer = countingRenderer();
  return withRenderer(renderer, 10_000_000, async (api) => {
    const id = await seedImage(api, 'a.jpg');
    const { render } = renderer;
    renderer.render = async (request) => {
      await writeFile(join(api.inbox, 'a.jpg'), 'other bytes');
      return render(request);
    };
    const url = `/api/images/${id}/thumbnail`;
    assert.equal((await get(api, url)).statusCode, 410);
    assert.equal((await get(api, url)).statusCode, 410);
  });
});

for (const [fault, status, wait] of [
  ['busy', 503, '2'],
  ['too-slow', 503, '60'],
  ['crashed', 500, undefined],
] as const) {
  test(`a renderer that is ${fault} makes it ${status}, with words`, () =>
    withRenderer(countingRenderer(new SerialProcessError(fault, `words about ${fault}`)), 10_000, async (api) => {
      const id = await seedImage(api, 'a.jpg');
      const { statusCode, headers, body } = await get(api, `/api/images/${id}/thumbnail`);
      assert.deepEqual([statusCode, headers['retry-after']], [status, wait]);
      assert.match(body, new RegExp(`words about ${fault}`));
    }));
}
