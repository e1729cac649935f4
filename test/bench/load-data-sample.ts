/**
 * How fast the data sample gets from files into PostgreSQL, compared with what the server can take and with an ORM:
 *
 *   npm run bench:load -- --files 1440        (--help lists all options)
 *
 * Method. So many deterministic files (packages/samples) are generated. Then, in one run on one server, by default an
 * embedded one with the product's settings, three ways load them, each into an empty database with the product's
 * migrations and datasets, so that the table is the same:
 *
 *   a  `psql \copy … binary`, one psql after the other, of the same rows, encoded before (not timed) in pieces of a
 *      million rows that lie in the system's cache; the partitions are there. What the server can take: the limit.
 *   b  ours: the supervisor and its processes as `npm start` runs them, with the files in the inbox (hard links) when
 *      it starts; from the moment that the watcher is ready until all files are in an end state, with ledger, hashes and
 *      history. Runs that follow (the star) are reported separately. Fails when a file or a row is missing.
 *   c  Prisma's `createMany`, 1,000 rows at a time, of a few files; only the time inside of it.
 *
 * CPU and memory of all processes are read from /proc twice a second; what PostgreSQL's ended sessions used is in its
 * first process's account. "peak MB" is a process's largest resident memory including shared buffers that it touched,
 * and for processes that were there before also from before; "private MB" is without these.
 * "WAL written" is of the whole server during the way.
 *
 * Compare ratios of one run, not figures of two: machines differ by the hour.
 */
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { SetupError } from '#contracts/errors.js';
import { provideFiles } from './load/files.js';
import { type BenchOptions, benchUsage, parseBenchOptions, type Way } from './load/options.js';
import { wrongMark } from './load/oracles.js';
import { loadWithProduct } from './load/ours.js';
import { loadWithPrisma } from './load/prisma.js';
import { loadWithPsql } from './load/psql.js';
import { renderReport, type WayResult, whole } from './load/report.js';
import { startBenchServer, useBenchServer } from './load/server.js';

async function bench(options: BenchOptions): Promise<void> {
  const workDir = await mkdtemp(join(resolve(options.dir ?? tmpdir()), 'millrace-bench-'));
  const filesDir = options.keep === undefined ? join(workDir, 'files') : resolve(options.keep);
  // The server and Redis end with this process in whatever way; so do their files.
  process.once('exit', () => rmSync(workDir, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  let server: Awaited<ReturnType<typeof useBenchServer>> | undefined;
  try {
    if (options.ways.has('b')) {
      const seconds = await provideFiles(filesDir, options.files);
      console.error(`${whole(options.files)} files are there, after ${seconds.toFixed(1)} s`);
    }
    server =
      options.serverUrl === undefined ? await startBenchServer(workDir) : await useBenchServer(options.serverUrl);
    const using = server;
    const ways: Record<Way, () => Promise<WayResult>> = {
      a: () => loadWithPsql(using, workDir, options.limitFiles),
      b: () => loadWithProduct(using, workDir, filesDir, options),
      c: () => loadWithPrisma(using, options.prismaFiles),
    };
    const results: WayResult[] = [];
    for (let round = 1; round <= options.rounds; round++) {
      for (const way of ['a', 'b', 'c'] as const) {
        if (!options.ways.has(way)) continue;
        console.error(`round ${round} of ${options.rounds}, way ${way}`);
        results.push(await ways[way]());
      }
    }
    const cores = cpus();
    const machine = `${cores.length} × ${cores[0]?.model.trim()}, ${whole(totalmem() / 1e6)} MB, Node ${process.version}`;
    console.log(`${machine}\nPostgreSQL: ${server.description}\n\n${renderReport(results)}`);
    if (results.some(({ notes }) => notes.some((note) => note.includes(wrongMark)))) process.exitCode = 1;
    if (options.json !== undefined) {
      const report = {
        at: new Date(),
        machine,
        server: server.description,
        options: { ...options, serverUrl: undefined },
      };
      await writeFile(options.json, `${JSON.stringify({ ...report, results }, undefined, 2)}\n`);
    }
  } finally {
    await server?.stop();
    await rm(workDir, { recursive: true, force: true });
  }
}

const args = process.argv.slice(2);
try {
  if (args.includes('--help')) console.log(benchUsage);
  else await bench(parseBenchOptions(args));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`bench:load: ${error.message}\n\n${benchUsage}`);
  process.exitCode = 2;
}
