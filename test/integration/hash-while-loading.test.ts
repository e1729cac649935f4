import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PHOTOS, unlessPresent, YUNET_PATH } from '#faces/testing/shared.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listFiles } from '../helpers/ledger.js';
import { type TaskRunner, withTaskRunner } from '../helpers/task-runner.js';

const photo = join(PHOTOS, 'azure_detection6.jpg');
/** A second of which any file system keeps every digit. */
const second = 1_700_000_000;

const events = (count: number): Buffer =>
  Buffer.from(
    Array.from(
      { length: count },
      (_, n) => `{"vehicle_id":"v${n}","report_time":"2022-05-05T22:02:34.546Z","status":"driving"}\n`,
    ).join(''),
  );

/** Other bytes of the same size, which are as good as these. */
function otherBytes(bytes: Buffer, find: (bytes: Buffer) => number): Buffer {
  const at = find(bytes);
  assert.ok(at > 0, 'there is something to change');
  const other = Buffer.from(bytes);
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}

/** Writes a file whose mtime is always the same. */
async function put({ deps }: TaskRunner, path: string, bytes: Uint8Array): Promise<void> {
  const location = join(deps.services.inboxDir, path);
  await writeFile(location, bytes);
  await utimes(location, second, second);
}

interface Kind {
  readonly name: string;
  readonly source: string;
  readonly task: string;
  readonly file: string;
  readonly table: string;
  bytes(): Promise<Buffer> | Buffer;
  /** Where a bit can be changed without harm. */
  change(bytes: Buffer): number;
  readonly skip?: string | false;
}

/** In the text of a department's name. */
const name = (bytes: Buffer): number => bytes.toString('latin1').search(/[a-z]{32}/);
const parquet = { source: 'data-sample', task: 'load-data-sample', file: 'a.parquet', table: 'dwh.data_sample' };
const status = { source: 'vehicle-status', task: 'load-vehicle-status', file: 'vehicle_status.json' };
const kinds: readonly Kind[] = [
  { name: 'a small parquet file', ...parquet, bytes: () => Buffer.from(sampleParquet(1)), change: name },
  {
    name: 'a large parquet file, read at random',
    ...parquet,
    bytes: () => Buffer.from(sampleParquet(1, { rows: 160_000 })),
    change: name,
  },
  {
    name: 'a small file of events',
    ...status,
    table: 'fleet.vehicle_status',
    bytes: () => events(3),
    change: (bytes) => bytes.indexOf('driving'),
  },
  {
    name: 'a large file of events, read in order',
    ...status,
    table: 'fleet.vehicle_status',
    bytes: () => events(20_000),
    change: (bytes) => bytes.lastIndexOf('driving'),
  },
  {
    name: 'an image',
    ...{ source: 'images', task: 'detect-faces', file: 'a.jpg', table: 'dwd.image' },
    bytes: () => readFile(photo),
    // The last number of a table of the quantizer.
    change: (bytes) => bytes.indexOf(Buffer.from([0xff, 0xdb])) + 60,
    skip: unlessPresent(YUNET_PATH, photo),
  },
];

for (const { name: kind, source, task, file, table, bytes, change, skip = false } of kinds) {
  test(
    `${kind} that has other bytes than were hashed, under the same size and mtime, is not loaded as those`,
    {
      skip,
    },
    () =>
      withTaskRunner({ faceModel: YUNET_PATH, star: false }, async (runner) => {
        const { enter, run, pool } = runner;
        const hashed = await bytes();
        const other = otherBytes(hashed, change);
        await put(runner, file, hashed);
        const sha256 = createHash('sha256').update(hashed).digest('hex');
        const id = await enter(source, file, sha256);
        await put(runner, file, other);

        const ended = await run(task, { files: [id] });
        assert.deepEqual([ended.state, ended.output?.['changed'], ended.output?.['rows']], ['succeeded', 1, 0]);
        assert.equal(await count(pool, `SELECT count(*) FROM ${table}`), 0);
        const [seen] = await listFiles(pool);
        assert.deepEqual([seen?.state, seen?.path], ['arriving', file]);
        assert.match(seen?.reason ?? '', new RegExp(`${file} has other bytes than those that were hashed`));

        // What was hashed is what loads.
        await put(runner, file, hashed);
        const again = await run(task, { files: [await enter(source, file, sha256)] });
        assert.deepEqual([again.output?.['loaded'], again.output?.['changed']], [1, 0]);
      }),
  );
}
