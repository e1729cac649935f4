import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { BadInputError } from '#contracts/errors.js';
import { readEvents } from '#events/read-events.js';
import { definition as objectsDetection } from '#tasks/load-objects-detection/definition.js';
import { objectsDetectionEvents, parseObjectsDetection } from '#tasks/load-objects-detection/parse.js';
import { definition as vehicleStatus } from '#tasks/load-vehicle-status/definition.js';
import { parseVehicleStatus, vehicleStatusEvents } from '#tasks/load-vehicle-status/parse.js';
import { eventSample } from './events.js';
import type { SampleFile } from './manifest.js';
import { writeSamples } from './write-samples.js';

const counts = { images: 20, parquet: 3, json: 70, seed: 5, bad: true };
let dir = '';
let files: SampleFile[] = [];

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-samples-'));
  files = await writeSamples(join(dir, 'one'), counts);
});
after(() => rm(dir, { recursive: true, force: true }));

function good(kind: SampleFile['kind']): SampleFile[] {
  return files.filter((file) => file.kind === kind && file.expectBad === undefined);
}

/** Rows and rejects that a sample file of events loads as. */
async function load(file: SampleFile): Promise<{ rows: number; rejects: number }> {
  const isStatus = file.kind === 'vehicle-status';
  const path = join(dir, 'one', file.path);
  let rows = 0;
  let rejects = 0;
  const shape = isStatus ? vehicleStatusEvents : objectsDetectionEvents;
  for await (const events of readEvents(createReadStream(path), shape)) {
    for (const { ordinal, value } of events) {
      const parsed = isStatus ? parseVehicleStatus(value) : parseObjectsDetection(value, ordinal);
      if ('reject' in parsed) rejects += 1;
      else rows += 'rows' in parsed ? parsed.rows.length : 1;
    }
  }
  return { rows, rejects };
}

test('every good event file gives the rows of the manifest, and its name is known to its task', async () => {
  const events = [...good('objects-detection'), ...good('vehicle-status')];
  assert.equal(events.length, 71);
  for (const file of events) {
    const expected = { rows: file.expectedRows, rejects: file.expectedRejects ?? 0 };
    assert.deepEqual(await load(file), expected, file.path);
    const isName = file.kind === 'vehicle-status' ? vehicleStatus.source.matches : objectsDetection.source.matches;
    assert.ok(isName(file.path), file.path);
  }
});

test('the two known documents give 6 and 3 rows', () => {
  assert.deepEqual([eventSample(0, 1).file.expectedRows, eventSample(1, 9).file.expectedRows], [6, 3]);
});

test('the event files show every layout, name style and time style', () => {
  const samples = Array.from({ length: 70 }, (_, index) => eventSample(index, 5));
  const all = samples.map(({ file, text }) => `${file.path}\n${text}`).join('\n');
  const seen = {
    'wrapping object': /^\{"objects_detection_events":\[/m,
    'bare array': /^\[\{"vehicle_id"/m,
    'line per event': /^\{"vehicle_id".*\}$/m,
    CRLF: /\}\r\n\{/,
    'pretty-printed single event': /^\{\n {2}"vehicle_id"/m,
    'byte-order mark': /\uFEFF\{/,
    'flat event': /"detection_time":"[^"]+","object_type"/,
    'empty detections': /"detections":\[\]/,
    'same type twice': /"object_type":"(\w+)"[^\]]*"object_type":"\1"/,
    'id that is no hexadecimal': /"vehicle_id":"q/,
    microseconds: /\.\d{6}Z"/,
    'numeric offset': /\.\d{3}\+00:00"/,
    'date_time name': /^json\/vehicles_status_20240718_\d{6}\.json/m,
    'dateTtime name': /_20240718T\d{6}\./,
    'unix name': /_17\d{8}\./,
    'name without a time': /^json\/\d{5}\/\w+(?:detection|status)\.\w+$/m,
    'doubled underscore': /objects__detection/,
    'singular prefix': /^json\/(?:\d+\/)?object_detection/m,
  };
  for (const [what, pattern] of Object.entries(seen)) assert.match(all, pattern, what);
});

test('the images are readable, varied, and of the sizes that the real ones have', async () => {
  const seen = new Set<string>();
  for (const file of good('image')) {
    const image = sharp(await readFile(join(dir, 'one', file.path)), { pages: 1 });
    const meta = await image.metadata();
    await image.stats();
    const { width = 0, height = 0 } = meta.autoOrient;
    assert.ok(width >= 381 && width <= 612 && height >= 258 && height <= 612, `${file.path}: ${width}×${height}`);
    for (const trait of [meta.format, meta.space, `alpha ${meta.hasAlpha}`, `pages ${meta.pages ?? 1}`])
      seen.add(trait);
    if ((meta.orientation ?? 1) > 1) seen.add('turned');
  }
  const traits = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'heif', 'b-w', 'cmyk', 'alpha true', 'pages 3', 'turned'];
  assert.deepEqual(
    traits.filter((trait) => !seen.has(trait)),
    [],
    [...seen].join(', '),
  );
});

test('the same seed gives the same files, whatever the counts; another seed gives others', async () => {
  const again = await writeSamples(join(dir, 'again'), { ...counts, images: 4, json: 8, bad: false });
  const other = await writeSamples(join(dir, 'other'), { images: 4, parquet: 1, json: 8, seed: 6 });
  for (const file of again) assert.equal(await hash('again', file.path), await hash('one', file.path), file.path);
  const same = await Promise.all(
    other.map(
      async ({ path, expectedRows }) =>
        (await hash('other', path)) === (await hash('one', path).catch(() => '')) && expectedRows,
    ),
  );
  // Only the two known documents are the same under every seed.
  assert.deepEqual(same.filter(Boolean), [6, 3]);
});

test('all files differ in content and name, so that none is taken for a duplicate', async () => {
  const hashes = await Promise.all(files.map(({ path }) => hash('one', path)));
  const empty = files.filter(({ expectBad }) => expectBad === 'empty file').length;
  assert.equal(new Set(hashes).size, files.length - (empty - 1));
  assert.equal(new Set(files.map(({ path }) => path.toLowerCase())).size, files.length);
});

test('the broken files are broken in the way that the manifest says', async () => {
  const reasons = files.flatMap(({ expectBad }) => expectBad ?? []);
  assert.equal(reasons.length, 9);
  const huge = await readFile(join(dir, 'one/bad/huge.png'));
  const meta = await sharp(huge, { limitInputPixels: false }).metadata();
  assert.deepEqual([meta.width, meta.height, meta.format], [30_000, 30_000, 'png']);
  assert.ok(huge.length < 200_000, `${huge.length} bytes`);
  for (const name of ['cut-in-half.jpg', 'text.jpg', 'empty.jpg']) {
    await assert.rejects(sharp(join(dir, 'one/bad', name), { failOn: 'truncated' }).stats(), name);
  }
  const cut = { path: 'bad/objects_detection_cut.json', kind: 'objects-detection' } as const;
  await assert.rejects(load(cut), (error) => error instanceof BadInputError && error.code === 'truncated');
});

async function hash(folder: string, path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(join(dir, folder, path)))
    .digest('hex');
}
