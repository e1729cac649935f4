/**
 * Writes the data sample's files, as many as wanted, into a folder:
 *
 *   node dist/test/bench/generate-data-sample.js <folder> <files> [<share> <shares>]
 *
 * Files that are there with the right name are left alone. With a share, say `1 2`, only every second file is written,
 * so that as many processes as the machine has cores can work side by side. All 43,201 take 6.6 GB.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleMinute } from '#samples/data-sample-oracles.js';
import { dataSampleBytes, dataSampleFileName } from '#samples/parquet.js';
import { benchSeed } from './load/files.js';

const [folder = '', files = '', share = '0', shares = '1'] = process.argv.slice(2);
if (folder === '' || !(Number(files) > 0)) throw new Error('expected a folder and a number of files');
await mkdir(folder, { recursive: true });
for (let index = Number(share); index < Number(files); index += Number(shares)) {
  const minute = sampleMinute(index);
  const path = join(folder, dataSampleFileName(minute, 'colons'));
  if (existsSync(path)) continue;
  // Under its name only when it is whole: a later run takes what it finds for whole.
  const draft = `${path}.${process.pid}.part`;
  await writeFile(draft, dataSampleBytes({ minute, seed: benchSeed }));
  await rename(draft, path);
}
