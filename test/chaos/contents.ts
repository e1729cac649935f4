import { eventSample } from '#samples/events.js';
import { imageSample } from '#samples/images.js';
import { dataSampleBytes } from '#samples/parquet.js';
import type { Random } from '#samples/random.js';

/** What one version of a file holds, and what has to become of it. */
export interface Content {
  readonly bytes: Uint8Array;
  /** Rows that a load makes of it; `unknown` of an image, which has one and one a face; `bad` when it is refused. */
  readonly expected: number | 'unknown' | 'bad';
}

/** Names and contents that one source takes. */
export interface Kind {
  readonly name: string;
  /** The last part of the path. */
  fileName(number: number): string;
  /** No two numbers give the same bytes. */
  content(number: number, random: Random): Promise<Content>;
}

const firstMinute = Date.UTC(2023, 0, 1);
/** Rows of a file of the data sample; some have more than one page, a few are streamed. */
const rowCounts = [1, 25, 400, 1_914, 1_914, 6_000, 60_000] as const;

const parquet: Kind = {
  name: 'parquet',
  fileName: (number) => `sample_${number}.parquet`,
  content(number, random) {
    const rows = random.pick(rowCounts);
    const bytes = dataSampleBytes({ minute: new Date(firstMinute + number * 60_000), seed: 1, rows });
    return Promise.resolve({ bytes, expected: rows });
  },
};

/** Even samples of events are detections, odd ones statuses; 0 and 1 are fixed documents. */
const events = (name: string, fileName: string, offset: 0 | 1): Kind => ({
  name,
  fileName: (number) => `${fileName}_${number}.json`,
  content(number) {
    const { file, text } = eventSample(2 + number * 2 + offset, 1);
    return Promise.resolve({ bytes: Buffer.from(text), expected: file.expectedRows ?? 'unknown' });
  },
});

const image: Kind = {
  name: 'image',
  fileName: (number) => `image_${number}.jpg`,
  async content(number) {
    const { bytes } = await imageSample(number * 2, 1);
    return { bytes, expected: 'unknown' };
  },
};

const kinds: readonly Kind[] = [
  parquet,
  parquet,
  parquet,
  events('detections', 'objects_detection', 0),
  events('detections', 'objects_detection', 0),
  events('statuses', 'vehicles_status', 1),
  events('statuses', 'vehicles_status', 1),
  image,
];

export const pickKind = (random: Random): Kind => random.pick(kinds);

/** Nothing, text, or (where half of the bytes is not a file of fewer events) the content cut off within. */
export async function badContent(kind: Kind, number: number, random: Random): Promise<Content> {
  const { bytes } = await kind.content(number, random);
  const ways: (() => Uint8Array)[] = [
    () => new Uint8Array(0),
    () => Buffer.from(`No file of this kind: number ${number}.\n`),
  ];
  if (!kind.fileName(number).endsWith('.json')) ways.push(() => bytes.subarray(0, Math.floor(bytes.length / 2)));
  return { bytes: random.pick(ways)(), expected: 'bad' };
}
