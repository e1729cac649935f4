import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { type SerialFault, SerialProcessError } from '#faces/children/serial-process.js';
import { writeFootages } from '#samples/recordings/footage.js';
import { isFrame } from '#samples/recordings/frame-image.js';
import { sampleRecording } from '#samples/recordings/model.js';
import { seedRecordings } from '../helpers/recordings.js';
import { type TestApi, withApi } from './api-fixture.js';

const recordings = [0, 1, 2].map((index) => sampleRecording(index, 1));

async function withFootages(work: (api: TestApi) => Promise<void>): Promise<void> {
  await withApi(async (api) => {
    await seedRecordings(api.pool, recordings);
    for (const recording of recordings) await writeFootages(api.deps.config.footageDir, recording);
    await work(api);
  });
}

const frameOf = (api: TestApi, footage: string, index: number | string, headers: Record<string, string> = {}) =>
  api.app.inject({ url: `/api/footages/${footage}/frames/${index}`, headers });

test('frames come from folder, ZIP and HDF5 by their index, and are asked for again without being sent again', () =>
  withFootages(async (api) => {
    const kinds = new Set<string>();
    for (const { id, frames, filename, footage_type: footageType, recording } of recordings.flatMap(
      (r) => r.footages,
    )) {
      const { body } = await api.ask(`/api/footages/${id}`);
      assert.deepEqual(
        { ...body, container: { ...body.container, kind: '' }, fileId: '' },
        {
          ...{ id, footageType, filename, recording, frames, fault: null, fileId: '' },
          container: { kind: '', frames },
          links: {
            self: `/api/footages/${id}`,
            recording: `/api/recordings/${recording}`,
            file: `/api/files/${body.fileId}`,
            timeline: `/api/footages/${id}/timeline`,
            firstFrame: `/api/footages/${id}/frames/0`,
          },
        },
      );
      kinds.add(body.container.kind);
      const last = frames - 1;
      const answer = await frameOf(api, id, last);
      assert.equal(answer.statusCode, 200, answer.body);
      assert.ok(await isFrame(answer.rawPayload, id, last), id);
      assert.match(String(answer.headers['content-type']), /^image\/(jpeg|png)$/);
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      const again = await frameOf(api, id, last, { 'if-none-match': String(answer.headers.etag) });
      assert.deepEqual([again.statusCode, again.body], [304, '']);
    }
    assert.deepEqual([...kinds].sort(), ['folder', 'hdf5', 'zip']);
  }));

test('a frame is scaled to a width', () =>
  withFootages(async (api) => {
    const [id = ''] = recordings.flatMap(({ footages }) => footages.map((footage) => footage.id));
    const answer = await frameOf(api, id, '0?width=32', { accept: 'image/webp' });
    assert.equal(answer.headers['content-type'], 'image/webp');
    const { width, height } = await sharp(answer.rawPayload).metadata();
    assert.deepEqual([width, height], [32, 24]);
    assert.equal((await frameOf(api, id, '0?width=4')).statusCode, 422);
  }));

test('what is not there is a 404 that says what there is', () =>
  withFootages(async (api) => {
    const [first] = recordings;
    const [footage] = first?.footages ?? [];
    const { id, frames, filename } = footage ?? { id: '', frames: 0, filename: '' };
    const beyond = await api.ask(`/api/footages/${id}/frames/${frames}`);
    assert.equal(beyond.status, 404);
    assert.equal(beyond.body.detail, `${filename} has ${frames} frames, 0 to ${frames - 1}; got ${frames}`);
    const unknown = await api.ask('/api/footages/f-0/frames/0');
    assert.match(unknown.body.detail, /^no loaded file has a footage with the id "f-0"/);
    assert.equal((await api.ask('/api/footages/f-0')).status, 404);
    for (const index of ['-1', '1.5', 'x']) {
      assert.equal((await api.ask(`/api/footages/${id}/frames/${index}`)).status, 404, index);
    }
    await rm(join(api.deps.config.footageDir, filename), { recursive: true });
    const gone = await api.ask(`/api/footages/${id}/frames/0`);
    assert.equal(gone.status, 404);
    assert.match(gone.body.detail, new RegExp(`at ${filename} below FOOTAGE_DIR, found nothing there`));
    const { status, body } = await api.ask(`/api/footages/${id}`);
    assert.deepEqual([status, body.container, body.links.firstFrame], [200, null, null]);
    assert.match(body.fault, /found nothing there/);
  }));

test('a file name that leads out of the folder leads nowhere', () =>
  withFootages(async (api) => {
    await writeFile(join(api.dataDir, '0.jpg'), 'secret');
    await mkdir(api.deps.config.footageDir, { recursive: true });
    for (const filename of ['..', '../', '/etc', 'drive-00001/../..']) {
      await api.pool.query('UPDATE recordings.footage SET filename = $1 WHERE id = $2', [
        filename,
        'drive-00001-front',
      ]);
      const { status, body } = await api.ask('/api/footages/drive-00001-front/frames/0');
      assert.equal(status, 404, filename);
      assert.match(body.detail, /^expected a path below FOOTAGE_DIR/);
    }
  }));

test('a broken container is a 422, and a reader that fails says so', async () => {
  await withFootages(async (api) => {
    const zip = recordings.flatMap(({ footages }) => footages).find(({ filename }) => filename.endsWith('.zip'));
    await writeFile(join(api.deps.config.footageDir, zip?.filename ?? ''), 'words');
    const { status, body } = await api.ask(`/api/footages/${zip?.id}/frames/0`);
    assert.equal(status, 422);
    assert.equal(body.code, 'frame-unreadable');
    assert.match(body.detail, /begins with the bytes 776f726473/);
  });
  const expected = { crashed: 500, 'too-slow': 503, busy: 503 } as const;
  for (const [fault, status] of Object.entries(expected)) {
    const fail = () => Promise.reject(new SerialProcessError(faultOf(fault), `words about ${fault}`));
    const run = async (api: TestApi) => {
      await seedRecordings(api.pool, recordings);
      const answer = await api.ask('/api/footages/drive-00001-front/frames/0');
      assert.deepEqual([answer.status, answer.body.detail], [status, `words about ${fault}`]);
      assert.equal('retry-after' in answer.headers, status === 503);
    };
    await withApi(run, { deps: { frames: { inspect: fail, frame: fail } } });
  }
});

function faultOf(text: string): SerialFault {
  return text === 'crashed' || text === 'too-slow' ? text : 'busy';
}
