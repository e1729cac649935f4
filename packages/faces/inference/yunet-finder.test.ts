import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Raster } from '../image/raster.js';
import { StageTimes } from '../stages.js';
import type { FoundFace, Image, Size } from './face-finder.js';
import type { JudgeWeights } from './judge-weights.js';
import { createYunetFinder } from './yunet-finder.js';
import type { YunetNetwork } from './yunet-network.js';
import type { YunetSearch } from './yunet-search.js';

/** Weights by which a probability is the network's score, or has a share in it. */
const weights = (score: number): JudgeWeights => ({
  bias: 0,
  score,
  size: 0,
  small: 0,
  relative: 0,
  smaller: 0,
  alone: 0,
  crowd: 0,
  covered: 0,
});

/** Nothing is weighed but scores: those of all looks at a box count the same. */
const judge = {
  from: 0.1,
  clear: 0.7,
  first: weights(1),
  sure: 0.1,
  most: 2,
  closer: [
    { around: 3, side: 96, mirrored: false, weights: weights(1 / 2), looks: [1 / 2] },
    { around: 3, side: 96, mirrored: true, weights: weights(1 / 3), looks: [1 / 3, 1 / 3] },
  ],
};
const own: YunetSearch = { leastSide: 480, mostSide: 640, overlap: 0.3, judge };
const turn = { below: 0.9, hint: 0.15, from: 0.8, seen: 0.6, add: 0.75, confirm: 0.8 };
const search: YunetSearch = { ...own, small: { from: 0.6, below: 20, side: 1280 }, turn };

const face = (x: number, y: number, side: number, score: number): FoundFace => ({
  x,
  y,
  width: side,
  height: side,
  score,
  landmarks: { nose: [x + side / 2, y + side / 2] },
});

/** A network that says what `answer` says, and what it was shown. */
function network(answer: (raster: Raster, look: number) => FoundFace[], fixed?: Size) {
  const looks: Size[] = [];
  const fake: YunetNetwork = {
    fixed,
    look: async (raster, minScore) => {
      looks.push({ width: raster.width, height: raster.height });
      return answer(raster, looks.length).filter((found) => found.score >= minScore);
    },
  };
  return { fake, looks };
}

const image = (width: number, height: number): Image => ({
  width,
  height,
  raster: async (size) => ({ ...size, rgb: new Uint8Array(size.width * size.height * 3) }),
});

/** The faces, scores in hundredths. */
const find = async (fake: YunetNetwork, shown: Image, how = search) => {
  const found = await createYunetFinder(fake, how).find(shown, { threshold: 0.6, times: new StageTimes() });
  return found.map((one) => ({ ...one, score: Math.round(one.score * 100) / 100 }));
};
const positions = (found: readonly FoundFace[]) => found.map((one) => one.x);

/** What a close-up of 96 pixels shows of a box: it fills the middle third. */
const near = (score: number) => [face(33, 31, 32, score), face(0, 0, 20, 0.99)];

test('a clear face takes one look', async () => {
  const { fake, looks } = network(() => [face(100, 50, 64, 0.95)]);
  assert.deepEqual(await find(fake, image(1280, 800)), [
    { ...face(200, 100, 128, 0.95), landmarks: { nose: [264, 164] } },
  ]);
  assert.deepEqual(looks, [{ width: 640, height: 400 }]);
});

test('a face in doubt counts when it looks like one from near, mirrored and not', async () => {
  const doubtful = [face(0, 0, 50, 0.95), face(100, 50, 50, 0.5)];
  const { fake, looks } = network((_, look) => (look === 1 ? doubtful : near(look === 2 ? 0.9 : 0.8)));
  const [, second] = await find(fake, image(600, 400), own);
  // The logits of 0.5, 0.9 and 0.8 are 0, 2.20 and 1.39.
  assert.deepEqual([second?.x, second?.score], [100, 0.77]);
  assert.deepEqual(looks.slice(1), [
    { width: 96, height: 96 },
    { width: 96, height: 96 },
  ]);
});

test('what looks like a face from afar only is none', async () => {
  const { fake, looks } = network((_, look) => (look === 1 ? [face(0, 0, 50, 0.95), face(100, 50, 50, 0.79)] : []));
  assert.deepEqual(positions(await find(fake, image(600, 400), own)), [0]);
  // The first closer look leaves no doubt.
  assert.equal(looks.length, 2);
});

test('no more boxes in doubt are looked at closer than are asked for, the better ones first', async () => {
  const crowd = [0.71, 0.72, 0.73, 0.74, 0.75].map((score, index) => face(index * 100, 0, 50, score));
  const { fake, looks } = network((_, look) => (look === 1 ? [face(0, 200, 50, 0.95), ...crowd] : []));
  assert.deepEqual(positions(await find(fake, image(600, 400), own)), [0, 200, 100, 0]);
  assert.equal(looks.length, 1 + 2);
});

test('a box is compared with the clear faces', async () => {
  const clear = [face(0, 0, 50, 0.95), face(100, 0, 52, 0.95), face(200, 0, 54, 0.95)];
  const boxes = [...clear, face(300, 0, 50, 0.7), face(400, 0, 10, 0.7), face(210, 10, 50, 0.7)];
  const held = { ...judge, first: { ...weights(1), relative: 3, covered: -3, crowd: 0.5 }, sure: 0 };
  const { fake } = network((_, look) => (look === 1 ? boxes : []));
  const unaided = { ...own, judge: { ...held, most: 0 } };
  assert.deepEqual(positions(await find(fake, image(600, 400), unaided)).sort(), [0, 100, 200, 300]);
});

test('without a judge the score is the network’s', async () => {
  const { judge: _, ...plain } = own;
  const { fake, looks } = network(() => [face(0, 0, 50, 0.61), face(100, 50, 50, 0.59)]);
  assert.deepEqual(
    (await find(fake, image(600, 400), plain)).map(({ score }) => score),
    [0.61],
  );
  assert.equal(looks.length, 1);
});

/** Too little for a face, enough to look at the image turned. */
const hint = [face(5, 5, 30, 0.16)];

test('an image on its side is turned, and its faces given as the image is shown', async () => {
  // Only where the raster stands upright, as it does after a turn by 90° (the second look) or 270°, is there a face.
  const { fake, looks } = network((raster, look) => {
    if (raster.width > raster.height) return hint;
    if (look === 2) return [face(10, 20, 30, 0.94)];
    return look === 5 ? [face(20, 40, 60, 0.95)] : [];
  });
  const found = await find(fake, image(600, 400));
  assert.deepEqual(looks, [
    { width: 600, height: 400 },
    { width: 200, height: 300 },
    { width: 300, height: 200 },
    { width: 200, height: 300 },
    { width: 400, height: 600 },
  ]);
  assert.deepEqual(found, [{ ...face(40, 400 - 20 - 60, 60, 0.95), landmarks: { nose: [70, 350] } }]);
});

/** An image with an upright face, a box in doubt, and faces that only a turn by 180° shows. */
const circle = (closer: number) => {
  const upright = [face(0, 0, 50, 0.95), face(500, 300, 50, 0.3)];
  return network((raster, look) => {
    if (raster.width === 96) return near(closer);
    if (look === 1) return upright;
    // The one in the corner is the upright face: what is seen of it turned is not another.
    if (look === 3) return [face(275, 175, 25, 0.8), face(100, 0, 25, 0.7)];
    return raster.width === 600 ? [face(550, 350, 50, 0.8), face(200, 0, 50, 0.85)] : [];
  });
};

test('faces that stand on their heads among upright ones are added', async () => {
  const { fake, looks } = circle(0.9);
  const found = await find(fake, image(600, 400));
  assert.deepEqual(
    found.map(({ x, y, score }) => [x, y, score]),
    [
      [0, 0, 0.95],
      [600 - 200 - 50, 400 - 50, 0.89],
      [500, 300, 0.77],
    ],
  );
  // Upright; three turns at half the size; the one that showed something; two close-ups of each box in doubt, by which
  // it is confirmed, too.
  assert.deepEqual(
    looks.map(({ width }) => width),
    [600, 200, 300, 200, 600, 96, 96, 96, 96],
  );
});

test('what only a turn shows is not added unless it looks like a face from near', async () => {
  const { fake } = circle(0.79);
  assert.deepEqual(positions(await find(fake, image(600, 400))), [0, 500]);
});

test('an image is not turned when its first look leaves no doubt', async () => {
  const { fake, looks } = network(() => [face(0, 0, 50, 0.95), face(500, 300, 50, 0.05)]);
  assert.deepEqual(positions(await find(fake, image(600, 400))), [0]);
  assert.equal(looks.length, 1);
});

test('an image without the least hint of a face is not turned', async () => {
  const { fake, looks } = network((_, look) => (look === 1 ? [face(5, 5, 30, 0.14)] : [face(10, 20, 30, 0.94)]));
  assert.deepEqual(await find(fake, image(600, 400)), []);
  assert.deepEqual(
    looks.map(({ width }) => width),
    [600, 96],
  );
});

test('a turned image needs a clear face that is better than the upright one', async () => {
  const weak = network((_, look) => (look === 1 ? hint : [face(10, 20, 30, 0.59)]));
  assert.deepEqual(await find(weak.fake, image(600, 400)), []);
  assert.equal(weak.looks.length, 4 + 1);
  const worse = network((raster, look) => {
    if (raster.width === 96) return near(0.88);
    return look === 1 ? [face(0, 0, 60, 0.88)] : [face(10, 20, 30, 0.87)];
  });
  const { confirm: _, ...same } = turn;
  const found = await find(worse.fake, image(600, 400), { ...search, turn: { ...same, confirm: 0.9 } });
  assert.deepEqual(positions(found), [0]);
});

test('an image of small faces is looked at with a larger side, when it has more to show', async () => {
  const answer = (raster: Raster) =>
    raster.width === 640 ? [face(100, 100, 12, 0.92)] : [face(202, 200, 24, 0.94), face(600, 600, 24, 0.93)];
  const large = network(answer);
  assert.deepEqual(
    (await find(large.fake, image(6400, 4800))).map((found) => [found.x, found.y, found.width]),
    [
      [1010, 1000, 120],
      [3000, 3000, 120],
    ],
  );
  assert.equal(large.looks.length, 2);
  const small = network(answer);
  assert.equal((await find(small.fake, image(640, 480))).length, 1);
  assert.equal(small.looks.length, 1);
});

test('a network with a fixed input takes one look that fits it', async () => {
  const { fake, looks } = network(() => [face(0, 0, 32, 0.7)], { width: 320, height: 320 });
  const found = await find(fake, image(640, 480));
  assert.deepEqual(looks, [{ width: 320, height: 240 }]);
  assert.deepEqual(
    found.map((one) => one.width),
    [64],
  );
});
