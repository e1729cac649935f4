/**
 * How fast images in the inbox become rows, compared with the simplest program for it:
 *
 *   npm run bench:faces -- [--small 1000] [--large 50] [--rounds 1] [--workers n] [--before <checkout>]
 *
 * Method. JPEGs are cut from ../shared/photos (drawn where they are absent): `--small` of 612 × 408 and `--large` of
 * 4000 × 3000, all different. For each of the two sets, in one run and `--rounds` times, one after the other:
 *
 *   plain    one single-threaded loop of sharp and onnxruntime over the files, from reading to boxes, in a process of
 *            its own (faces/plain-loop.ts); without starting and without storing anything.
 *   stages   our decoding and inference, one image after the other in one process (faces/our-loop.ts): what an image
 *            costs by stage without the waiting of several at once.
 *   ours     the product as `npm start` runs it, on an embedded PostgreSQL, warm: the folder is renamed into the inbox,
 *            and the clock runs until the last image's rows are committed, hashes, ledger and history included.
 *            "Its work" leaves out SETTLE_MS (1.5 s by default), for which files must stand still before they are read.
 *   before   the same of another, built checkout of Millrace (`--before`), in the same run.
 *
 * The delay of the workers' event loops is measured by Node (monitorEventLoopDelay) while the images are worked on. CPU
 * and memory are read from /proc twice a second. Compare ratios of one run: machines differ by the hour. The model is
 * ../shared/models' YuNet, or `--model` (a path).
 */
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SetupError } from '#contracts/errors.js';
import type { LoadableModel } from '#faces/model/definition.js';
import { resolveFaceModel } from '#faces/model/resolve.js';
import { stages } from '#faces/stages.js';
import { YUNET_PATH } from '#faces/testing/shared.js';
import { type ImageSet, largeImages, smallImages, writeImages } from './faces/images.js';
import { type LoopFigures, runOurLoop, runPlainLoop } from './faces/loops.js';
import { type ProductFigures, runProduct } from './faces/product.js';
import { renderProcesses, table } from './load/report.js';
import { type BenchServer, startBenchServer } from './load/server.js';

interface Round {
  readonly plain: LoopFigures;
  readonly loop: LoopFigures;
  readonly before: ProductFigures | undefined;
  readonly ours: ProductFigures;
}

interface Options {
  readonly sets: readonly ImageSet[];
  readonly rounds: number;
  readonly workers: number | undefined;
  readonly before: string | undefined;
  readonly model: string;
}

function parse(): Options {
  const text = { type: 'string' } as const;
  const options = { small: text, large: text, rounds: text, workers: text, before: text, model: text };
  const { values } = parseArgs({ options });
  const number = (name: 'small' | 'large' | 'rounds' | 'workers', standard: number): number => {
    const value = Number(values[name] ?? standard);
    if (!Number.isInteger(value) || value < 0) throw new SetupError(`--${name}: expected a whole number`);
    return value;
  };
  const model = values.model ?? YUNET_PATH;
  if (!existsSync(model)) throw new SetupError(`--model: expected the path of a model, got ${model}`);
  return {
    sets: [smallImages(number('small', 1000)), largeImages(number('large', 50))].filter(({ count }) => count > 0),
    rounds: Math.max(1, number('rounds', 1)),
    workers: values.workers === undefined ? undefined : number('workers', 1),
    before: values.before === undefined ? undefined : resolve(values.before),
    model: resolve(model),
  };
}

async function measureRound(
  server: BenchServer,
  workDir: string,
  folder: string,
  model: LoadableModel,
  { workers, before }: Options,
): Promise<Round> {
  const plain = await runPlainLoop(model, folder);
  const loop = await runOurLoop(model, folder);
  const product = { workers, faceModel: model.path };
  return {
    plain,
    loop,
    before:
      before === undefined
        ? undefined
        : await runProduct(server, join(workDir, 'before'), folder, { ...product, checkout: before }),
    ours: await runProduct(server, join(workDir, 'ours'), folder, { ...product, checkout: undefined }),
  };
}

const rate = ({ images, seconds }: { images: number; seconds: number }): number => images / seconds;

/** Without the time that the files must stand still before they are read. */
const working = (figures: ProductFigures): ProductFigures => ({ ...figures, seconds: figures.secondsOfWork });

/** The round in the middle by the ratio that counts. */
function median(rounds: readonly Round[]): Round | undefined {
  const ratio = ({ ours, plain }: Round): number => rate(ours) / rate(plain);
  return [...rounds].sort((a, b) => ratio(a) - ratio(b))[rounds.length >> 1];
}

function render(set: ImageSet, rounds: readonly Round[]): string {
  const middle = median(rounds);
  if (!middle) return '';
  const { plain, loop, before, ours } = middle;
  const line = (name: string, figures: { images: number; seconds: number; faces: number }): string[] => [
    name,
    figures.seconds.toFixed(2),
    rate(figures).toFixed(1),
    `${(rate(figures) / rate(plain)).toFixed(2)} ×`,
    String(figures.faces),
  ];
  const perImage = (millis: number): string => (millis / set.count).toFixed(2);
  const logged = ours.millis;
  return [
    `${set.name}${rounds.length > 1 ? `, the median of ${rounds.length} rounds (${rounds.map((r) => (rate(r.ours) / rate(r.plain)).toFixed(2)).join(', ')} ×)` : ''}`,
    table(
      ['way', 'seconds', 'images/s', 'of plain', 'faces'],
      [
        line('plain', plain),
        line('stages, one at a time', loop),
        ...(before ? [line('before', before), line('before, its work', working(before))] : []),
        line('ours', ours),
        line('ours, its work', working(ours)),
      ],
    ),
    '',
    `milliseconds per image by stage (CPU of all threads: plain ${perImage(plain.cpuSeconds * 1000)}, ours ${perImage(loop.cpuSeconds * 1000)})`,
    table(
      ['stage', 'plain', 'ours, one at a time', 'ours, as logged'],
      [...stages, 'write' as const].map((stage) => [
        stage,
        stage === 'write' ? '' : perImage(plain.millis[stage]),
        stage === 'write' ? '' : perImage(loop.millis[stage]),
        logged ? perImage(logged[stage]) : '',
      ]),
    ),
    '',
    `ours: ${ours.runs} runs`,
    ...ours.eventLoop.map(
      ({ process, p99, max }) => `  event loop of ${process}: p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms`,
    ),
    renderProcesses({ figures: ours.processes, rows: set.count, seconds: ours.seconds }, 'image'),
    '',
  ].join('\n');
}

async function bench(options: Options): Promise<void> {
  const workDir = await mkdtemp(join(tmpdir(), 'millrace-bench-faces-'));
  process.once('exit', () => rmSync(workDir, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const { path, sha256, name, definition } = await resolveFaceModel({
    faceModel: options.model,
    dataDir: workDir,
    log: console.error,
  });
  const model = { path, sha256, name, definition };
  const server = await startBenchServer(workDir);
  try {
    const cores = cpus();
    console.log(`${cores.length} × ${cores[0]?.model.trim()}, Node ${process.version}, ${name}`);
    for (const set of options.sets) {
      const folder = join(workDir, `images-${set.width}`);
      const from = await writeImages(folder, set);
      const rounds: Round[] = [];
      for (let round = 1; round <= options.rounds; round += 1) {
        console.error(`${set.name}, ${from}: round ${round} of ${options.rounds}`);
        rounds.push(await measureRound(server, workDir, folder, model, options));
      }
      console.log(render(set, rounds));
    }
  } finally {
    await server.stop();
  }
}

try {
  await bench(parse());
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
}
