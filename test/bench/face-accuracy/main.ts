/**
 * How right the counts of faces are:
 *
 *   node dist/test/bench/face-accuracy/main.js [--photos <folder> [--truth <csv>]]... [--copies <folder>]... [--model
 * <name>]...
 *
 * Method. Every photo (by default those of ../shared/photos; for a folder named by --copies also harder copies of them:
 * small, blurred, dark, strongly compressed, turned, tilted, several in one, several turned in one) is looked at by
 * each variant of each model, and the scores of what it finds are kept. Figures are given for the threshold of the
 * model's model.json, and cross-validated: the threshold is chosen on four fifths of the photos and used on the last
 * fifth, in turn, ten times with other fifths; copies of a photo are never parted (but those in mosaics). All sets
 * weigh the same in that choice. The interval holds the middle 95 % of the exact share when photos are drawn again with
 * repetition. CPU is that of finding faces in a decoded image. Photos of doubtful truth are left out, and given apart
 * at the model's threshold.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createFinder } from '#faces/inference/open-finder.js';
import { resolveFaceModel } from '#faces/model/resolve.js';
import { StageTimes } from '#faces/stages.js';
import { PHOTOS, YUNET_2023_PATH, YUNET_PATH } from '#faces/testing/shared.js';
import { collectSamples, foldersOf, hasSay, openSample } from './samples.js';
import {
  bestThreshold,
  type Counted,
  exactInterval,
  figuresOf,
  groupBy,
  heldOut,
  type Outcome,
  outcomesAt,
} from './score.js';
import { type Variant, variantsOf } from './variants.js';

/** The least score that is kept, and the thresholds that are tried. */
const LEAST = 0.3;
const THRESHOLDS = Array.from({ length: 15 }, (_, index) => 0.4 + index * 0.03);

const { values } = parseArgs({
  options: {
    photos: { type: 'string', multiple: true, default: [PHOTOS] },
    truth: { type: 'string', multiple: true },
    copies: { type: 'string', multiple: true, default: [] },
    model: { type: 'string', multiple: true, default: [YUNET_PATH, YUNET_2023_PATH, 'blazeface-256'] },
  },
});

const samples = await collectSamples(foldersOf(values.photos, values.truth, values.copies));
const dataDir = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
try {
  for (const faceModel of values.model) {
    const model = await resolveFaceModel({ faceModel, dataDir, log: console.error });
    console.log(`\n${model.definition.title}, threshold ${model.threshold}`);
    for (const variant of variantsOf(model.definition)) await measure(variant, model.path);
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

async function count(
  variant: Variant,
  path: string,
): Promise<{ counted: (Counted & { doubt: boolean })[]; cpu: number }> {
  const finder = await createFinder(variant.definition, path);
  const counted: (Counted & { doubt: boolean })[] = [];
  let micros = 0;
  for (const sample of samples) {
    const image = await openSample(sample);
    const first = finder.firstSize(image);
    const raster = await image.raster(first);
    const begin = process.cpuUsage();
    const found = await finder.find(
      {
        width: image.width,
        height: image.height,
        raster: async (size) =>
          size.width === first.width && size.height === first.height ? raster : await image.raster(size),
      },
      { threshold: LEAST, times: new StageTimes() },
    );
    const { user, system } = process.cpuUsage(begin);
    micros += user + system;
    const { set, source, faces, doubt } = sample;
    counted.push({ set, source, faces, doubt, scores: found.map((face) => face.score) });
  }
  return { counted, cpu: micros / 1000 / samples.length };
}

async function measure(variant: Variant, path: string): Promise<void> {
  const { counted, cpu } = await count(variant, path);
  const clear = counted.filter((one) => !one.doubt);
  const choosing = clear.filter((one) => hasSay(one.set));
  const { score } = variant.definition.threshold;
  console.log(
    `\n${variant.title}: ${cpu.toFixed(1)} ms of CPU an image; best threshold: ${bestThreshold(choosing, THRESHOLDS).toFixed(2)}`,
  );
  console.log('set                  images  exact %  (95 %)          MAE    RMSE   over  under  held out %');
  const held = groupBy(heldOut(choosing, THRESHOLDS), (one) => one.set);
  for (const [set, ones] of groupBy(clear, (one) => one.set)) report(set, outcomesAt(ones, score), held.get(set));
  report('all', outcomesAt(clear, score), [...held.values()].flat());
  const doubtful = counted.filter((one) => one.doubt);
  if (doubtful.length > 0) report('of doubtful truth', outcomesAt(doubtful, score));
}

function report(set: string, outcomes: readonly Outcome[], held?: readonly Outcome[]): void {
  const figures = figuresOf(outcomes);
  const [low, high] = exactInterval(outcomes);
  const percent = (share: number) => (share * 100).toFixed(1).padStart(5);
  console.log(
    [
      set.padEnd(18),
      String(figures.images).padStart(8),
      ` ${percent(figures.exact)}   (${percent(low)}–${percent(high)})  `,
      figures.meanAbsoluteError.toFixed(3),
      ` ${figures.rootMeanSquareError.toFixed(3)}`,
      String(figures.over).padStart(5),
      String(figures.under).padStart(6),
      held === undefined ? '' : `  ${percent(figuresOf(held).exact)}`,
    ].join(' '),
  );
}
