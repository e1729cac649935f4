import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { WriteSample } from './bad-files.js';
import { rowsPerSampleFile, sampleMinute } from './data-sample-oracles.js';
import { eventSample } from './events.js';
import { imageSample } from './images.js';
import type { SampleFile } from './manifest.js';
import { cycle } from './random.js';

/** How many sample files of each kind to write; none of a kind that is not named. */
export interface SampleCounts {
  /** Drawn images of all formats, below `images/`. */
  readonly images?: number;
  /** Files of the data sample, one per minute from 2023-01-01 00:00 on, below `parquet/`. */
  readonly parquet?: number;
  /** Event files, detections and statuses in turn, in all their layouts, below `json/`. */
  readonly json?: number;
  /** Recordings, in one to four files each, below `recordings/`; their frames go to `footageDir`. */
  readonly recordings?: number;
  /** Folder of the recordings' frames, `./footage` if unset; written only for recordings. */
  readonly footageDir?: string;
  /** Also broken files, below `bad/`. */
  readonly bad?: boolean;
  /** The same seed gives the same files; 1 if unset. */
  readonly seed?: number;
}

/**
 * Writes sample files into a folder, which is made where needed, and says what each holds. Files are written one after
 * another and under their last names, so a watcher may see one while it grows.
 * @throws SetupError before anything is written, when parquet files are wanted and no writer of them is installed
 */
export async function writeSamples(dir: string, counts: SampleCounts): Promise<SampleFile[]> {
  const seed = counts.seed ?? 1;
  const files: SampleFile[] = [];
  const parquet = (counts.parquet ?? 0) > 0 ? await import('./parquet.js') : undefined;
  const recordings = (counts.recordings ?? 0) > 0 ? await import('./recordings/write-recording.js') : undefined;
  const bad = counts.bad === true ? await import('./bad-files.js') : undefined;
  const write: WriteSample = async (path, bytes) => {
    const target = join(dir, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  };
  for (let index = 0; index < (counts.images ?? 0); index += 1) {
    const { file, bytes } = await imageSample(index, seed);
    await write(file.path, bytes);
    files.push(file);
  }
  if (parquet) {
    for (let index = 0; index < (counts.parquet ?? 0); index += 1) {
      const { file, bytes } = minuteSample(parquet, index, seed);
      await write(file.path, bytes);
      files.push(file);
    }
  }
  for (let index = 0; index < (counts.json ?? 0); index += 1) {
    const { file, text } = eventSample(index, seed);
    await write(file.path, text);
    files.push(file);
  }
  if (recordings) {
    for (let index = 0; index < (counts.recordings ?? 0); index += 1) {
      files.push(...(await recordings.writeRecording(write, counts.footageDir ?? './footage', index, seed)));
    }
  }
  if (bad) files.push(...(await bad.writeBadFiles(write, seed)));
  return files;
}

function minuteSample(
  { dataSampleBytes, dataSampleFileName }: typeof import('./parquet.js'),
  index: number,
  seed: number,
): { file: SampleFile; bytes: Uint8Array } {
  const minute = sampleMinute(index);
  const style = cycle(['colons', 'dashes', 'underscores'] as const, index);
  const unit = cycle(['NANOS', 'MICROS', 'MILLIS'] as const, Math.floor(index / 3));
  const path = `parquet/${dataSampleFileName(minute, style)}`;
  return {
    file: { path, kind: 'data-sample', expectedRows: rowsPerSampleFile },
    bytes: dataSampleBytes({ minute, seed, unit }),
  };
}
