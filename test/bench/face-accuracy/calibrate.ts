/**
 * Chooses the weights with which a YuNet model's boxes are judged, and says how right the counts are with weights that
 * were chosen without the image that is counted:
 *
 *   node dist/test/bench/face-accuracy/calibrate.js [--photos <folder> [--truth <csv>]]... [--copies <folder>]...
 * [--model <path>]...
 *
 * Method. Of each photo (by default ../shared/groups, and ../shared/photos with its copies) every box of the first look
 * is measured and looked at closer, as the model's model.json says. Which boxes are faces nobody has marked; the
 * weights are those that make the counts most likely (fit.ts). Every image has the same say; turned images and mosaics
 * of 25 have none, for they are found by other looks. Held out: the sources are dealt into five parts, the weights are
 * fitted to four and used on the fifth, in turn; all that three times with other parts. Turned and larger looks take no
 * part.
 */
import { parseArgs } from 'node:util';
import { closeUpsOf } from '#faces/inference/close-up.js';
import { logit, measure, probability } from '#faces/inference/judge.js';
import { MEASURES } from '#faces/inference/judge-weights.js';
import { lookSize } from '#faces/inference/look-size.js';
import { openSession } from '#faces/inference/session.js';
import { lookAt, lookCloser } from '#faces/inference/yunet-finder.js';
import { createYunetNetwork, type YunetNetwork } from '#faces/inference/yunet-network.js';
import type { YunetSearch } from '#faces/inference/yunet-search.js';
import { readSetting } from '#faces/model/from-setting.js';
import { StageTimes } from '#faces/stages.js';
import { GROUPS, PHOTOS, YUNET_2023_PATH, YUNET_PATH } from '#faces/testing/shared.js';
import type { Sample } from './copies.js';
import { fitCounts } from './fit.js';
import { collectSamples, foldersOf, hasSay, openSample } from './samples.js';
import { figuresOf, groupBy, type Outcome, randomNumbers } from './score.js';

type Judge = NonNullable<YunetSearch['judge']>;

/** What is known of an image's boxes after each look. */
interface Measured {
  readonly sample: Sample;
  /** Of each look, of each box: its measures, the logits of its scores in the closer looks so far, and 1. */
  readonly looks: readonly (readonly (readonly number[])[])[];
}

const ROUNDS = 3;
const PARTS = 5;

const { values } = parseArgs({
  options: {
    photos: { type: 'string', multiple: true, default: [GROUPS, PHOTOS] },
    truth: { type: 'string', multiple: true },
    copies: { type: 'string', multiple: true, default: [PHOTOS] },
    model: { type: 'string', multiple: true, default: [YUNET_PATH, YUNET_2023_PATH] },
  },
});

const samples = (await collectSamples(foldersOf(values.photos, values.truth, values.copies))).filter(
  ({ set, doubt }) => !doubt && hasSay(set),
);
for (const path of values.model) {
  const setting = await readSetting(path);
  if (setting.kind !== 'own') throw new Error(`--model: expected the path of an ONNX file, got the name ${path}`);
  const { definition } = setting.model;
  if (definition.decode !== 'yunet' || definition.search.judge === undefined) {
    throw new Error(`${definition.name}: expected a YuNet model with a judge in its model.json`);
  }
  const { search } = definition;
  const network = createYunetNetwork(await openSession(path), definition.input);
  const measured: Measured[] = [];
  for (const sample of samples) measured.push(await measureSample(network, search, definition.search.judge, sample));
  console.log(`\n${definition.title}, ${measured.length} images`);
  report(measured, definition.search.judge);
}

async function measureSample(
  network: YunetNetwork,
  search: YunetSearch,
  judge: Judge,
  sample: Sample,
): Promise<Measured> {
  const times = new StageTimes();
  const { overlap } = search;
  const image = await openSample(sample);
  const raster = await image.raster(lookSize(image, search.leastSide, search.mostSide));
  const boxes = await lookAt(network, raster, { least: judge.from, overlap, times });
  const closeUpOf = closeUpsOf(raster);
  const looks: number[][][] = [[], ...judge.closer.map(() => [])];
  for (const [index, measures] of measure(boxes, judge.clear).entries()) {
    const box = boxes[index];
    if (box === undefined) continue;
    const row = MEASURES.map((name) => measures[name]);
    looks[0]?.push([...row, 1]);
    for (const [at, how] of judge.closer.entries()) {
      row.push(logit(await lookCloser(network, closeUpOf, { ...box, turn: 0 }, how, { overlap, times })));
      looks[at + 1]?.push([...row, 1]);
    }
  }
  return { sample, looks };
}

/** Of each look, in the order of its features. */
function fitWeights(measured: readonly Measured[], judge: Judge): number[][] {
  return [undefined, ...judge.closer].map((_, look) =>
    fitCounts(measured.map(({ sample, looks }) => ({ boxes: looks[look] ?? [], faces: sample.faces }))),
  );
}

/** How many boxes are counted: each is looked at until it is not in doubt any more. */
function countWith({ looks }: Measured, weights: readonly (readonly number[])[], sure: number): number {
  return (looks[0] ?? []).filter((_, box) => {
    let chance = 0;
    for (const [look, own] of weights.entries()) {
      const row = looks[look]?.[box] ?? [];
      chance = probability(row.reduce((sum, value, at) => sum + value * (own[at] ?? 0), 0));
      if (chance < sure || chance > 1 - sure) break;
    }
    return chance >= 0.5;
  }).length;
}

function report(measured: readonly Measured[], judge: Judge): void {
  const sources = [...new Set(measured.map(({ sample }) => sample.source))];
  const outcomes: (Outcome & { set: string })[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const random = randomNumbers(round);
    const parts = new Map(sources.map((source) => [source, Math.floor(random() * PARTS)]));
    for (let part = 0; part < PARTS; part += 1) {
      const weights = fitWeights(
        measured.filter(({ sample }) => parts.get(sample.source) !== part),
        judge,
      );
      for (const one of measured) {
        const { source, set, faces } = one.sample;
        if (parts.get(source) !== part) continue;
        outcomes.push({ set, source, error: countWith(one, weights, judge.sure) - faces });
      }
    }
  }
  console.log('held out             images  exact %    MAE   RMSE   over  under   (mean of the rounds)');
  for (const [set, ones] of groupBy(outcomes, (one) => one.set)) {
    const { images, exact, meanAbsoluteError, rootMeanSquareError, over, under } = figuresOf(ones);
    const cells = [
      set.padEnd(18),
      String(images / ROUNDS).padStart(8),
      (exact * 100).toFixed(1).padStart(8),
      meanAbsoluteError.toFixed(3).padStart(7),
      rootMeanSquareError.toFixed(3).padStart(6),
      (over / ROUNDS).toFixed(0).padStart(6),
      (under / ROUNDS).toFixed(0).padStart(6),
    ];
    console.log(cells.join(' '));
  }
  const [first = [], ...closer] = fitWeights(measured, judge);
  const named = (row: readonly number[]) =>
    Object.fromEntries([
      ['bias', rounded(row.at(-1))],
      ...MEASURES.map((name, at) => [name, rounded(row[at])] as const),
    ]);
  const fitted = {
    ...judge,
    first: named(first),
    closer: judge.closer.map((how, at) => ({
      ...how,
      weights: named(closer[at] ?? []),
      looks: (closer[at] ?? []).slice(MEASURES.length, -1).map(rounded),
    })),
  };
  console.log(`fitted to all:\n${JSON.stringify(fitted, null, 2)}`);
}

function rounded(value: number | undefined): number {
  return Number((value ?? 0).toFixed(2));
}
