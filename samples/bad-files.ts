import { parquetWriteBuffer } from 'hyparquet-writer';
import { detectionEvent } from './events.js';
import { blackPng } from './huge-png.js';
import { imageSample } from './images.js';
import type { SampleFile, SampleKind } from './manifest.js';
import { dataSampleBytes, dataSampleFileName } from './parquet.js';
import { createRandom } from './random.js';

/** Writes a file below the folder of the samples. */
export type WriteSample = (path: string, bytes: Uint8Array | string) => Promise<void>;

/** A minute before the first good file's, so that the broken ones share no content with good ones. */
const badMinute = new Date(Date.UTC(2022, 11, 31, 23, 59));

/** Writes files that are broken in the ways that happen, below `bad/`; a load quarantines all but the last. */
export async function writeBadFiles(write: WriteSample, seed: number): Promise<SampleFile[]> {
  const files: SampleFile[] = [];
  const add = async (kind: SampleKind, name: string, expectBad: string, bytes: Uint8Array | string): Promise<void> => {
    const path = `bad/${name}`;
    await write(path, bytes);
    files.push({ path, kind, expectBad });
  };

  const { bytes: jpeg } = await imageSample(0, seed + 1_000_003);
  await add('image', 'cut-in-half.jpg', 'JPEG cut in half', half(jpeg));
  await add('image', 'text.jpg', 'text named .jpg', `This is no image (${seed}).\n`);
  await add('image', 'huge.png', '30,000×30,000 pixels', await blackPng(30_000, 30_000));
  await add('image', 'empty.jpg', 'empty file', '');

  await add('data-sample', 'missing-column.parquet', 'no column product_expire', parquetWithoutExpire(seed));
  await add('data-sample', 'empty.parquet', 'empty file', '');
  const parquet = dataSampleBytes({ minute: badMinute, seed });
  await add('data-sample', dataSampleFileName(badMinute, 'underscores'), 'parquet cut in half', half(parquet));

  const random = createRandom(seed, 'bad events');
  const events = Array.from({ length: 20 }, () => detectionEvent(random));
  const text = JSON.stringify({ objects_detection_events: events });
  await add('objects-detection', 'objects_detection_cut.json', 'JSON cut in half', text.slice(0, text.length / 2));
  await add('objects-detection', 'objects_detection_empty.json', 'empty file', '');

  const path = 'bad/objects_detection_one_bad_event.json';
  await write(path, JSON.stringify({ objects_detection_events: [...events, { ...events[0], vehicle_id: null }] }));
  const expectedRows = events.reduce((sum, event) => sum + event.detections.length, 0);
  files.push({ path, kind: 'objects-detection', expectedRows, expectedRejects: 1 });
  return files;
}

/** The data sample's columns but the last one, few rows. */
function parquetWithoutExpire(seed: number): Uint8Array {
  const random = createRandom(seed, 'missing column');
  const words = (length: number): string[] =>
    Array.from({ length: 10 }, () => Array.from({ length }, () => String.fromCharCode(random.int(97, 122))).join(''));
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'department_name', data: words(32), type: 'STRING' },
      { name: 'sensor_serial', data: words(64), type: 'STRING' },
      { name: 'create_at', data: words(1).map(() => badMinute), type: 'TIMESTAMP' },
      { name: 'product_name', data: words(16), type: 'STRING' },
    ],
  });
  return new Uint8Array(buffer);
}

function half(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}
