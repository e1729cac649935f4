/**
 * How fast the data sample's rows get from parquet into PostgreSQL, as ratios within one run.
 *
 *   node dist/test/bench/load-data-sample.js [files, 360 if not given]
 *
 * Method. Files of 1,914 rows are generated. Four things are then done with all of them, in turn, three rounds; the
 * median of each counts: `decode` reads them into COPY bytes and drops the bytes; `copy` sends bytes that were made
 * before, the server's own limit; `load` does both at a time, file by file as the task does; `load, one COPY` does both
 * with all files in one COPY. Each round writes to a fresh table without an index. The database is the one of
 * TEST_DATABASE_SERVER, else the embedded one. Compare ratios, not figures of two runs: machines differ by the hour.
 */
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { copyIn } from '#database/copy/copy-in.js';
import { writeDataSampleFile } from '#samples/parquet.js';
import { copyColumns, openDataSample } from '#tasks/load-data-sample/read.js';
import { withTestDatabase } from '../helpers/database.js';

const target = { table: 'bench', columns: copyColumns };
const rounds = 3;
/** Bytes of the COPY format before the first tuple, and of its trailer. */
const headerBytes = 19;
const trailerBytes = 2;

async function* bytesOf(path: string, id: bigint): AsyncGenerator<Buffer, number, undefined> {
  const handle = await open(path);
  try {
    const file = await openDataSample(handle, (await handle.stat()).size);
    await file.days();
    yield* file.copyChunks(id);
    return file.rows;
  } finally {
    await handle.close();
  }
}

async function main(): Promise<void> {
  const files = Number(process.argv[2] ?? 360);
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const first = Date.UTC(2023, 0, 1);
  for (let n = 0; n < files; n++) {
    await writeDataSampleFile(join(folder, `${n}.parquet`), { minute: new Date(first + n * 60_000), seed: 1 });
  }
  const paths = (await readdir(folder)).map((name) => join(folder, name));
  const rows = files * 1_914;
  await withTestDatabase(async ({ url }) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const ways: Record<string, () => Promise<void>> = {
      decode: async () => {
        for (const [n, path] of paths.entries()) for await (const _ of bytesOf(path, BigInt(n)));
      },
      copy: async () => {
        await copyIn(client, target, joined(made));
      },
      load: async () => {
        for (const [n, path] of paths.entries()) await copyIn(client, target, bytesOf(path, BigInt(n)));
      },
      'load, one COPY': async () => {
        await copyIn(client, target, joined(paths.map((path, n) => () => bytesOf(path, BigInt(n)))));
      },
    };
    const made: (() => AsyncIterable<Buffer>)[] = [];
    for (const [n, path] of paths.entries()) {
      const chunks: Buffer[] = [];
      for await (const chunk of bytesOf(path, BigInt(n))) chunks.push(chunk);
      made.push(async function* () {
        yield* chunks;
      });
    }
    const seconds: Record<string, number[]> = {};
    for (let round = 0; round < rounds; round++) {
      for (const [name, way] of Object.entries(ways)) {
        await client.query('DROP TABLE IF EXISTS bench');
        await client.query('CREATE TABLE bench (LIKE dwh.data_sample)');
        const start = performance.now();
        await way();
        seconds[name] = [...(seconds[name] ?? []), (performance.now() - start) / 1000];
      }
    }
    const medians = Object.entries(seconds).map(
      ([name, each]) => [name, each.sort((a, b) => a - b)[rounds >> 1] ?? 0] as const,
    );
    const limit = medians.find(([name]) => name === 'copy')?.[1] ?? 0;
    process.stdout.write(`${files} files, ${rows} rows, median of ${rounds} rounds\n`);
    for (const [name, median] of medians) {
      const speed = Math.round(rows / median).toLocaleString('en');
      process.stdout.write(
        `${name.padEnd(16)} ${median.toFixed(2)} s  ${speed} rows/s  ${(median / limit).toFixed(2)} × copy\n`,
      );
    }
    await client.end();
  });
  await rm(folder, { recursive: true });
}

/** Several COPY streams as one: all but the first lose their header, all but the last their trailer. */
async function* joined(streams: readonly (() => AsyncIterable<Buffer>)[]): AsyncGenerator<Buffer, void, undefined> {
  for (const [n, stream] of streams.entries()) {
    let skip = n === 0 ? 0 : headerBytes;
    let held: Buffer | undefined;
    for await (const chunk of stream()) {
      if (held) yield held;
      held = chunk.subarray(skip);
      skip = 0;
    }
    if (held) yield n === streams.length - 1 ? held : held.subarray(0, -trailerBytes);
  }
}

await main();
