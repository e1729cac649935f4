import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Raster } from '../picture/raster.js';
import { StageTimes } from '../stages.js';
import type { FoundFace, Picture, Size } from './face-finder.js';
import { createYunetFinder } from './yunet-finder.js';
import type { YunetNetwork } from './yunet-network.js';
import type { YunetSearch } from './yunet-search.js';

const search: YunetSearch = {
  leastSide: 480,
  mostSide: 640,
  overlap: 0.3,
  closeUp: { from: 0.3, to: 0.85, around: 3, side: 96, most: 2 },
  small: { from: 0.6, below: 20, side: 1280 },
  turn: { below: 0.9, hint: 0.15, from: 0.8 },
};

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

const picture = (width: number, height: number): Picture => ({
  width,
  height,
  raster: async (size) => ({ ...size, rgb: new Uint8Array(size.width * size.height * 3) }),
});

const find = (fake: YunetNetwork, shown: Picture, how = search) =>
  createYunetFinder(fake, how).find(shown, { threshold: 0.6, times: new StageTimes() });

test('a clear face takes one look', async () => {
  const { fake, looks } = network(() => [face(100, 50, 64, 0.95)]);
  assert.deepEqual(await find(fake, picture(1280, 800)), [
    { ...face(200, 100, 128, 0.95), landmarks: { nose: [264, 164] } },
  ]);
  assert.deepEqual(looks, [{ width: 640, height: 400 }]);
});

test('a doubtful face counts when it looks like one from near, mirrored and not', async () => {
  const doubtful = [face(0, 0, 50, 0.95), face(100, 50, 50, 0.45)];
  // From near it fills the middle third of 96 pixels.
  const near = (score: number) => [face(33, 31, 32, score), face(0, 0, 20, 0.99)];
  const { fake, looks } = network((_, look) => (look === 1 ? doubtful : near(look === 2 ? 0.9 : 0.81)));
  const [, second] = await find(fake, picture(600, 400));
  assert.ok(second && Math.abs(second.score - (0.45 + 0.9 + 0.81) / 3) < 1e-9);
  assert.equal(second.x, 100);
  assert.deepEqual(looks.slice(1), [
    { width: 96, height: 96 },
    { width: 96, height: 96 },
  ]);
});

test('what looks like a face from afar only is none', async () => {
  const { fake, looks } = network((_, look) => (look === 1 ? [face(0, 0, 50, 0.95), face(100, 50, 50, 0.79)] : []));
  assert.equal((await find(fake, picture(600, 400))).length, 1);
  // Not mirrored: (0.79 + 0 + 1) / 3 would not be enough.
  assert.equal(looks.length, 2);
});

test('no more doubtful faces are looked at again than are asked for', async () => {
  const crowd = [0, 1, 2, 3, 4].map((index) => face(index * 100, 0, 50, 0.79));
  const { fake, looks } = network((_, look) => (look === 1 ? [face(0, 200, 50, 0.95), ...crowd] : []));
  const found = await find(fake, picture(600, 400));
  assert.equal(looks.length, 1 + 2);
  assert.equal(found.length, 1 + 3);
});

/** Too little for a face, enough to look at the picture turned. */
const hint = [face(5, 5, 30, 0.2)];

test('a picture on its side is turned, and its faces told as the picture is shown', async () => {
  // Only where the raster stands upright, as it does after a turn by 90° (the second look) or 270°, is there a face.
  const { fake, looks } = network((raster, look) => {
    if (raster.width > raster.height) return hint;
    if (look === 2) return [face(10, 20, 30, 0.94)];
    return look === 5 ? [face(20, 40, 60, 0.95)] : [];
  });
  const found = await find(fake, picture(600, 400));
  assert.deepEqual(looks.slice(0, 2), [
    { width: 600, height: 400 },
    { width: 200, height: 300 },
  ]);
  assert.deepEqual(found, [{ ...face(40, 400 - 20 - 60, 60, 0.95), landmarks: { nose: [70, 350] } }]);
});

test('a picture without the least hint of a face is not turned', async () => {
  const { fake, looks } = network((_, look) => (look === 1 ? [face(5, 5, 30, 0.14)] : [face(10, 20, 30, 0.94)]));
  assert.deepEqual(await find(fake, picture(600, 400)), []);
  assert.equal(looks.length, 1);
});

test('a turned picture needs a clear face that is better than the upright one', async () => {
  const weak = network((_, look) => (look === 1 ? hint : [face(10, 20, 30, 0.79)]));
  assert.deepEqual(await find(weak.fake, picture(600, 400)), []);
  assert.equal(weak.looks.length, 4);
  const worse = network((_, look) => (look === 1 ? [face(0, 0, 60, 0.88)] : [face(10, 20, 30, 0.87)]));
  assert.deepEqual(
    (await find(worse.fake, picture(600, 400))).map((found) => found.x),
    [0],
  );
});

test('a picture of small faces is looked at with a larger side, when it has more to show', async () => {
  const answer = (raster: Raster) =>
    raster.width === 640 ? [face(100, 100, 12, 0.92)] : [face(202, 200, 24, 0.94), face(600, 600, 24, 0.93)];
  const large = network(answer);
  assert.deepEqual(
    (await find(large.fake, picture(6400, 4800))).map((found) => [found.x, found.y, found.width]),
    [
      [1010, 1000, 120],
      [3000, 3000, 120],
    ],
  );
  assert.equal(large.looks.length, 2);
  const own = network(answer);
  assert.equal((await find(own.fake, picture(640, 480))).length, 1);
  assert.equal(own.looks.length, 1);
});

test('a network with a fixed input takes one look that fits it', async () => {
  const { fake, looks } = network(() => [face(0, 0, 32, 0.7)], { width: 320, height: 320 });
  const found = await find(fake, picture(640, 480));
  assert.deepEqual(looks, [{ width: 320, height: 240 }]);
  assert.deepEqual(
    found.map((one) => one.width),
    [64],
  );
});
