import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Raster } from '../image/raster.js';
import { StageTimes } from '../stages.js';
import { createBlazefaceFinder } from './blazeface-finder.js';
import type { FoundFace, Image, Size } from './face-finder.js';

const SEARCH = {
  longSides: [128, 512, 384],
  largestFace: 120,
  candidateScore: 0.2,
  overlap: 0.3,
  containment: 0.6,
  upsideDownScore: 0.8,
};

/** A white image whose upper left pixel is black, and what was asked of it. */
function markedImage(size: Size) {
  const asked: Size[] = [];
  const image: Image = {
    ...size,
    raster(wanted) {
      asked.push(wanted);
      const rgb = new Uint8Array(3 * wanted.width * wanted.height).fill(255);
      rgb.fill(0, 0, 3);
      return Promise.resolve({ ...wanted, rgb });
    },
  };
  return { asked, image };
}

const isUpright = (raster: Raster) => (raster.rgb[0] ?? 0) < 255;

/** A network that sees a face an eighth as wide as the raster, at its left edge, with the score that `see` gives. */
function networkThatSees(see: (raster: Raster) => number) {
  const looks: Size[] = [];
  return {
    looks,
    look(raster: Raster): Promise<FoundFace[]> {
      looks.push({ width: raster.width, height: raster.height });
      const side = raster.width / 8;
      return Promise.resolve([
        { x: 0, y: 0, width: side, height: side, score: see(raster), landmarks: { nose: [0, 0] } },
      ]);
    },
  };
}

test('the image is decoded once, at the largest size, and looked at in all of them', async () => {
  const network = networkThatSees(() => 0.9);
  const { asked, image } = markedImage({ width: 1600, height: 800 });
  const finder = createBlazefaceFinder(network, SEARCH);
  assert.deepEqual(finder.firstSize(image), { width: 512, height: 256 });
  const [face, ...others] = await finder.find(image, { threshold: 0.64, times: new StageTimes() });
  assert.deepEqual(asked, [{ width: 512, height: 256 }]);
  assert.deepEqual(network.looks, [
    { width: 512, height: 256 },
    { width: 384, height: 192 },
    { width: 128, height: 64 },
  ]);
  assert.equal(others.length, 0);
  assert.deepEqual([face?.x, face?.y, Math.round(face?.width ?? 0)], [0, 0, 200]);
});

test('an image of small faces is looked at in larger sizes, too, up to twice its own', async () => {
  const search = { ...SEARCH, small: { from: 0.6, below: 65, longSides: [1024, 1536] } };
  const sidesOf = async (size: Size, small: typeof search) => {
    const network = networkThatSees(() => 0.9);
    const { asked, image } = markedImage(size);
    await createBlazefaceFinder(network, small).find(image, { threshold: 0.64, times: new StageTimes() });
    return { asked: asked.map(({ width }) => width), looks: network.looks.map(({ width }) => width) };
  };
  assert.deepEqual(await sidesOf({ width: 600, height: 400 }, search), {
    asked: [512, 1024],
    looks: [512, 384, 128, 1024, 512, 384, 128],
  });
  assert.deepEqual((await sidesOf({ width: 1600, height: 800 }, search)).asked, [512, 1536]);
  assert.deepEqual((await sidesOf({ width: 500, height: 400 }, search)).asked, [512]);
  // A face is 64 pixels wide in the look at 512.
  const larger = { ...search, small: { ...search.small, below: 64 } };
  assert.deepEqual((await sidesOf({ width: 1600, height: 800 }, larger)).asked, [512]);
});

test('an image without faces is turned over, and faces found there are given as the image is shown', async () => {
  const network = networkThatSees((raster) => (isUpright(raster) ? 0.3 : 0.9));
  const { asked, image } = markedImage({ width: 1600, height: 800 });
  const [face] = await createBlazefaceFinder(network, SEARCH).find(image, {
    threshold: 0.64,
    times: new StageTimes(),
  });
  assert.equal(asked.length, 1);
  assert.equal(network.looks.length, 6);
  assert.deepEqual(
    [face?.x, face?.y].map((value) => Math.round(value ?? 0)),
    [1400, 600],
  );
  assert.deepEqual(face?.landmarks['nose']?.map(Math.round), [1600, 800]);
});

test('upside down a face needs the higher score', async () => {
  const network = networkThatSees((raster) => (isUpright(raster) ? 0.3 : 0.75));
  const { image } = markedImage({ width: 1600, height: 800 });
  const finder = createBlazefaceFinder(network, SEARCH);
  assert.deepEqual(await finder.find(image, { threshold: 0.64, times: new StageTimes() }), []);
});
