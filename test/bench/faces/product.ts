import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type pg from 'pg';
import sharp from 'sharp';
import { type Stage, stages } from '#faces/stages.js';
import { type Product, prepareProduct } from '../load/product.js';
import { type BenchServer, dropDatabase, freshDatabase, onDatabase } from '../load/server.js';
import { type ProcessFigures, ProcessMeter, readProcesses } from '../process-figures.js';

/** What the product took for the images of a folder. */
export interface ProductFigures {
  readonly images: number;
  readonly faces: number;
  /** From the moment that the images were moved into the inbox to the last one's commit. */
  readonly seconds: number;
  /** The same from the moment that the first of them had stood still for SETTLE_MS: what the work took. */
  readonly secondsOfWork: number;
  readonly runs: number;
  /** Sums as the runs logged them, waiting included; undefined where the product does not log them. */
  readonly millis: Readonly<Record<Stage | 'write', number>> | undefined;
  readonly processes: ProcessFigures;
  /** Milliseconds, of each worker's main thread. */
  readonly eventLoop: readonly { readonly process: string; readonly p99: number; readonly max: number }[];
}

interface Options {
  readonly workers: number | undefined;
  readonly checkout: string | undefined;
  readonly faceModel: string;
}

const database = 'millrace_bench_faces';
const probe = pathToFileURL(fileURLToPath(new URL('./event-loop-probe.js', import.meta.url))).href;

/**
 * Starts the product, has it load some images so that all of it is warm, moves a folder of images into its inbox at
 * once, and waits until each has its rows.
 * @throws Error when an image has none
 */
export async function runProduct(
  server: BenchServer,
  workDir: string,
  folder: string,
  options: Options,
): Promise<ProductFigures> {
  const url = await freshDatabase(server, database, false);
  const probes = join(workDir, 'probes');
  // What an earlier round left there is not of this one.
  await rm(probes, { recursive: true, force: true });
  await mkdir(probes, { recursive: true });
  const product = await prepareProduct(join(workDir, 'product'), server, url, {
    carrier: 'postgres',
    workers: options.workers,
    checkout: options.checkout,
    env: { FACE_MODEL: options.faceModel, NODE_OPTIONS: `--import=${probe}`, EVENT_LOOP_PROBE: probes },
  });
  let figures: Omit<ProductFigures, 'eventLoop'>;
  try {
    await product.start();
    figures = await onDatabase(url, async (client) => {
      await warmUp(product, client);
      return await measure(product, client, folder);
    });
  } finally {
    await product.stop();
    await dropDatabase(server, database);
  }
  return { ...figures, eventLoop: await readProbes(probes) };
}

/** Has drawings looked at until every worker has its model loaded. */
async function warmUp(product: Product, client: pg.Client): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    for (let index = 0; index < 2; index += 1) {
      const background = { r: round, g: 99 * index, b: 99 };
      const bytes = await sharp({ create: { width: 640, height: 480, channels: 3, background } })
        .jpeg()
        .toBuffer();
      await writeFile(join(product.inbox, `warm-${round}-${index}.jpg`), bytes);
    }
    await waitUntilEnded(client, 2 * (round + 1), product);
    const { rows } = await client.query<{ cold: number }>(
      `SELECT count(*)::int AS cold FROM ops.worker w WHERE NOT EXISTS (SELECT FROM ops.attempt a WHERE a.worker_id = w.id)`,
    );
    if (rows[0]?.cold === 0) return;
  }
  throw new Error('some worker never took an image');
}

async function measure(
  product: Product,
  client: pg.Client,
  folder: string,
): Promise<Omit<ProductFigures, 'eventLoop'>> {
  const images = (await readdir(folder)).length;
  const { rows: before } = await client.query<{ runs: number; files: number }>(
    'SELECT (SELECT count(*)::int FROM ops.run) AS runs, (SELECT count(*)::int FROM ops.file) AS files',
  );
  const { runs = 0, files = 0 } = before[0] ?? {};
  for (const { pid } of readProcesses().filter((each) => product.roleOf(each)?.startsWith('worker') === true)) {
    process.kill(pid, 'SIGUSR2');
  }
  const meter = new ProcessMeter((each) => product.roleOf(each));
  const begin = Date.now() / 1000;
  const target = join(product.inbox, 'images');
  await rename(folder, target);
  try {
    await waitUntilEnded(client, files + images, product);
    const processes = meter.stop();
    const { rows } = await client.query<{ end: number; settled: number; loaded: number; faces: number; runs: number }>(
      `SELECT extract(epoch FROM max(f.ended_at))::float8 AS end, extract(epoch FROM min(f.settled_at))::float8 AS settled,
         count(*) FILTER (WHERE f.state = 'loaded')::int AS loaded, sum(i.face_no)::int AS faces,
         (SELECT count(*)::int FROM ops.run) AS runs
       FROM ops.file f LEFT JOIN dwd.image i ON i.file_id = f.id WHERE f.path LIKE 'images/%'`,
    );
    const [found] = rows;
    if (!found || found.loaded !== images) throw new Error(`${found?.loaded} of ${images} images are loaded`);
    return {
      images,
      faces: found.faces,
      seconds: found.end - begin,
      secondsOfWork: found.end - found.settled,
      runs: found.runs - runs,
      millis: await loggedMillis(client, begin),
      processes,
    };
  } finally {
    await rename(target, folder);
  }
}

async function loggedMillis(client: pg.Client, since: number): Promise<ProductFigures['millis']> {
  const { rows } = await client.query<{ fields: Record<string, unknown> }>(
    `SELECT fields FROM ops.log WHERE message = 'stages' AND at >= to_timestamp($1)`,
    [since],
  );
  if (rows.length === 0) return undefined;
  const sum = (name: string): number => rows.reduce((total, { fields }) => total + Number(fields[name] ?? 0), 0);
  const millis = { read: 0, hash: 0, decode: 0, tensor: 0, infer: 0, boxes: 0, write: sum('write') };
  for (const stage of stages) millis[stage] = sum(stage);
  return millis;
}

async function waitUntilEnded(client: pg.Client, files: number, product: Product): Promise<void> {
  const deadline = Date.now() + 600_000;
  for (;;) {
    const { rows } = await client.query<{ known: number; busy: boolean }>(
      `SELECT (SELECT count(*)::int FROM ops.file) AS known,
         EXISTS (SELECT FROM ops.file WHERE state IN ('arriving', 'settled', 'loading')) AS busy`,
    );
    if (rows[0]?.busy === false && rows[0].known >= files) return;
    if (Date.now() > deadline) throw new Error(`the images are not loaded after 600 s:\n${await product.said()}`);
    await pause(100);
  }
}

async function readProbes(folder: string): Promise<ProductFigures['eventLoop']> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('worker-')).sort();
  return await Promise.all(
    names.map(async (name) => {
      const { p99, max }: { p99: number; max: number } = JSON.parse(await readFile(join(folder, name), 'utf8'));
      return { process: name.replace(/-\d+\.json$/, ''), p99, max };
    }),
  );
}
