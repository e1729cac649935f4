import assert from 'node:assert/strict';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { test } from 'node:test';
import type pg from 'pg';
import sharp from 'sharp';
import { quarters } from '#faces/testing/images.js';
import { LOSSLESS_JPEG, withJpegFrame } from '#faces/testing/jpeg.js';
import { encodeQuarters, imageKinds } from '#faces/testing/kinds.js';
import { blackPng } from '#samples/huge-png.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listFiles, listRuns, waitUntilQuiet } from '../helpers/ledger.js';
import { type Platform, withPlatform } from '../helpers/platform.js';
import { waitFor } from '../helpers/wait.js';

/** What must be said of each bad image. */
const refusals: Readonly<Record<string, { bytes(): Promise<Buffer>; code: string; reason: RegExp }>> = {
  'bad/12 bits.jpg': {
    bytes: async () => withJpegFrame(await quarters().jpeg().toBuffer(), { process: 0xc1, precision: 12 }),
    code: 'unsupported',
    reason: /12 bits per sample.*save it as/,
  },
  'bad/bomb.png': {
    bytes: () => blackPng(50_000, 50_000),
    code: 'too-many-pixels',
    reason: /50000 × 50000 = 2,500 megapixels/,
  },
  'bad/cut.webp': {
    bytes: async () => cut(await quarters().webp().toBuffer()),
    code: 'truncated',
    reason: /Expected a whole WEBP/,
  },
  'bad/cut.avif': {
    bytes: async () => cut(await quarters().avif({ effort: 0 }).toBuffer()),
    code: 'truncated',
    reason: /Expected a whole AVIF/,
  },
  'bad/cut.gif': {
    bytes: async () => cut(await quarters().gif().toBuffer()),
    code: 'truncated',
    reason: /Expected a whole GIF/,
  },
  'bad/cut.tif': {
    bytes: async () => cut(await quarters().tiff().toBuffer()),
    code: 'truncated',
    reason: /Expected a whole TIFF/,
  },
  'bad/phone.jpg': {
    bytes: async () => Buffer.from('0000001866747970686569630000000068656963', 'hex'),
    code: 'not-an-image',
    reason: /a HEIC image/,
  },
  'bad/page.png': { bytes: async () => Buffer.from('%PDF-1.7'), code: 'not-an-image', reason: /a PDF document/ },
  'bad/old.gif': {
    bytes: async () => Buffer.from('BM'.padEnd(60, '\0')),
    code: 'not-an-image',
    reason: /a BMP image/,
  },
  'bad/drawing.webp': {
    bytes: async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    code: 'not-an-image',
    reason: /an SVG/,
  },
};

function cut(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length >> 1);
}

interface LoadedImage {
  readonly path: string;
  readonly size: string;
  readonly format: string;
}

async function listImages(pool: pg.Pool): Promise<Map<string, LoadedImage>> {
  const { rows } = await pool.query<LoadedImage>(
    `SELECT f.path, i.width || '×' || i.height AS size, i.format FROM dwd.image i JOIN ops.file f ON f.id = i.file_id`,
  );
  return new Map(rows.map((row) => [row.path, row]));
}

test('every kind of image is loaded with the size it is shown at, beside bad ones that say what is wrong', (t) =>
  withPlatform(t, 'postgres', {}, async ({ inbox, pool, start }) => {
    const expected = new Map<string, { size: string; format: string }>();
    const put = async (path: string, format: string, bytes: Buffer, size = '80×40') => {
      await inbox.write(path, bytes);
      expected.set(path, { size, format });
    };
    for (const kind of imageKinds) await put(`${kind.name}.${kind.format}`, kind.format, await encodeQuarters(kind));
    for (let orientation = 1; orientation <= 8; orientation += 1) {
      const bytes = await quarters().withMetadata({ orientation }).jpeg().toBuffer();
      await put(`turned ${orientation}.jpg`, 'jpeg', bytes, orientation >= 5 ? '40×80' : '80×40');
    }
    await put('lossless.jpg', 'jpeg', LOSSLESS_JPEG, '16×16');
    await put('a PNG named.jpg', 'png', await quarters().png({ compressionLevel: 0 }).toBuffer());
    const long = (width: number, height: number) => quarters().resize(width, height, { fit: 'fill' }).jpeg().toBuffer();
    await put('dot.jpg', 'jpeg', await long(1, 1), '1×1');
    await put('thread.jpg', 'jpeg', await long(1, 5000), '1×5000');
    await put('panorama [n=2].jpg', 'jpeg', await long(20_000, 500), '20000×500');
    await put('100 megapixels.jpg', 'jpeg', await blank(10_000).jpeg().toBuffer(), '10000×10000');
    for (const [path, { bytes }] of Object.entries(refusals)) await inbox.write(path, await bytes());

    await start();
    await waitUntilQuiet(pool, expected.size + Object.keys(refusals).length, { deadlineMs: 60_000 });

    const images = await listImages(pool);
    const files = new Map((await listFiles(pool)).map((file) => [file.path, file]));
    for (const [path, { size, format }] of expected) {
      assert.equal(files.get(path)?.state, 'loaded', `${path}: ${files.get(path)?.reason}`);
      assert.deepEqual(images.get(path), { path, size, format });
    }
    for (const [path, { code, reason }] of Object.entries(refusals)) {
      const file = files.get(path);
      assert.deepEqual([file?.state, file?.code], ['quarantined', code], `${path}: ${file?.reason}`);
      assert.match(file?.reason ?? '', reason, path);
    }
    assert.equal(images.size, expected.size, 'nothing of the bad ones is left in the table');
  }));

function blank(side: number) {
  return sharp({ create: { width: side, height: side, channels: 3, background: '#7f8f6f' } });
}

/** An image of small size that takes about a second to decode. */
function slowImage(): Promise<Buffer> {
  return blank(7000).png({ compressionLevel: 1, progressive: true }).toBuffer();
}

/** Children of a process, by its id, that have a file open whose path ends so. */
async function childrenWithOpen(parent: number, path: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    // Processes come and go while this looks.
    const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : '';
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) !== parent) continue;
    const open = await readdir(`/proc/${name}/fd`).catch(() => []);
    const links = await Promise.all(open.map((fd) => readlink(`/proc/${name}/fd/${fd}`).catch(() => '')));
    if (links.some((link) => link.endsWith(path))) found.push(Number(name));
  }
  return found;
}

/** Waits until a child of the worker works on the image and ends it as a fault in native code would. */
async function crashOver({ process: find }: Platform, path: string, before?: number): Promise<number> {
  const pid = await waitFor(`a child works on ${path}`, async () =>
    (await childrenWithOpen(find('worker-1').pid, path)).find((pid) => pid !== before),
  );
  process.kill(pid, 'SIGSEGV');
  return pid;
}

async function withSlowImage(platform: Platform): Promise<void> {
  const { inbox, start } = platform;
  await inbox.write('slow.png', await slowImage());
  for (const name of ['a.jpg', 'b.jpg', 'z.jpg']) await inbox.write(name, await namedImage(name));
  await inbox.write('rows.parquet', sampleParquet(1));
  await start();
}

function namedImage(name: string): Promise<Buffer> {
  return quarters()
    .withExif({ IFD0: { ImageDescription: name } })
    .jpeg()
    .toBuffer();
}

/** All runs succeeded at their first attempt, on the worker that was there from the beginning. */
async function assertUndisturbed({ pool, process: find }: Platform, pid: number): Promise<void> {
  for (const run of await listRuns(pool)) {
    assert.deepEqual([run.state, run.attempts], ['succeeded', ['succeeded']], JSON.stringify(run));
  }
  assert.equal(await count(pool, 'SELECT count(*) FROM dwd.image WHERE filename IN ($1, $2, $3)', ['a', 'b', 'z']), 3);
  assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), 25);
  assert.equal(find('worker-1').pid, pid);
}

test('a crash of the native code takes down one child; its images are read again and everything is loaded', (t) => {
  if (process.platform !== 'linux') return t.skip('processes are looked up in /proc');
  return withPlatform(t, 'postgres', {}, async (platform) => {
    await withSlowImage(platform);
    const { pid } = platform.process('worker-1');
    await crashOver(platform, '/slow.png');
    await waitUntilQuiet(platform.pool, 5);
    await assertUndisturbed(platform, pid);
    assert.deepEqual((await listImages(platform.pool)).get('slow.png')?.size, '7000×7000');
  });
});

test('an image over which the native code crashes every time is named and quarantined, and nothing else', (t) => {
  if (process.platform !== 'linux') return t.skip('processes are looked up in /proc');
  return withPlatform(t, 'postgres', {}, async (platform) => {
    await withSlowImage(platform);
    const { pid } = platform.process('worker-1');
    await crashOver(platform, '/slow.png', await crashOver(platform, '/slow.png'));
    await waitUntilQuiet(platform.pool, 5);
    await assertUndisturbed(platform, pid);
    const slow = (await listFiles(platform.pool)).find((file) => file.path === 'slow.png');
    assert.deepEqual([slow?.state, slow?.code], ['quarantined', 'crashed']);
    assert.match(slow?.reason ?? '', /SIGSEGV.*slow\.png/);
  });
});
