import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import sharp, { type Sharp } from 'sharp';
import type { DetectedFace } from './detection.js';
import { createFaceDetector } from './detector.js';
import type { FaceModel } from './model/face-model.js';
import { resolveFaceModel } from './model/resolve.js';
import { temporaryFolder } from './testing/images.js';
import { PHOTOS, unlessPresent, YUNET_PATH } from './testing/shared.js';

/** An image file with a count that people have made. */
interface Counted {
  readonly file: string;
  readonly path: string;
  readonly faces: number;
}

async function photos(): Promise<Counted[]> {
  const rows = (await readFile(join(PHOTOS, 'truth.csv'), 'utf8')).trim().split('\n').slice(1);
  return rows
    .map((row) => row.split(','))
    .map(([file = '', faces = '']) => ({ file, path: join(PHOTOS, file), faces: Number(faces) }));
}

/** Copies of the images in a folder that is deleted after the test. */
async function copies(
  t: TestContext,
  of: readonly Counted[],
  copy: (shown: Sharp) => Promise<Sharp>,
): Promise<Counted[]> {
  const folder = await temporaryFolder(t);
  return await Promise.all(
    of.map(async (photo) => {
      // Turned as it is shown, and written, before anything else is done: sharp puts operations in an order of its own.
      const shown = await sharp(photo.path).autoOrient().flatten({ background: '#ffffff' }).png().toBuffer();
      const path = join(folder, `${photo.file}.png`);
      await (await copy(sharp(shown))).png().toFile(path);
      return { ...photo, path };
    }),
  );
}

async function assertExact(t: TestContext, model: FaceModel, images: readonly Counted[], atLeast: number) {
  const detector = await createFaceDetector({ model, processes: 2 });
  t.after(() => detector.close());
  const counts = await Promise.all(
    images.map(async (image) => ({ ...image, actual: (await detector.detect(image.path)).faces.length })),
  );
  const wrong = counts.filter((count) => count.actual !== count.faces);
  const share = 1 - wrong.length / counts.length;
  const list = wrong.map((count) => `${count.file}: ${count.actual} instead of ${count.faces}`).join('; ');
  t.diagnostic(`${model.name}: ${counts.length - wrong.length} of ${counts.length} exact. ${list}`);
  assert.ok(counts.length >= 50, `only ${counts.length} photos`);
  assert.ok(share >= atLeast, `${(share * 100).toFixed(1)} % exact, expected ${atLeast * 100} %. Wrong: ${list}`);
}

async function yunet(t: TestContext): Promise<FaceModel> {
  return await resolveFaceModel({ faceModel: YUNET_PATH, dataDir: await temporaryFolder(t), log: () => {} });
}

test('YuNet counts at least 98 % of the photos right', { skip: unlessPresent(PHOTOS, YUNET_PATH) }, async (t) => {
  await assertExact(t, await yunet(t), await photos(), 0.98);
});

test('YuNet counts photos that lie on their side or upside down', {
  skip: unlessPresent(PHOTOS, YUNET_PATH),
}, async (t) => {
  const model = await yunet(t);
  for (const degrees of [90, 180, 270]) {
    const turned = await copies(t, await photos(), async (shown) => shown.rotate(degrees));
    await assertExact(t, model, turned, 0.96);
  }
});

test('YuNet counts photos at a third of their size', { skip: unlessPresent(PHOTOS, YUNET_PATH) }, async (t) => {
  const small = await copies(t, await photos(), async (shown) => {
    const { width } = await shown.metadata();
    return shown.resize(Math.max(8, Math.round(width * 0.35)));
  });
  await assertExact(t, await yunet(t), small, 0.96);
});

/** Pixels of the image, of a head in it, and from its middle to a head's. */
const CIRCLE = { side: 612, head: 130, radius: 165 };

/** An image of people who lie in a circle, heads together, seen from above; each is one photo with one face. */
async function circle(photos: readonly { path: string; face: DetectedFace }[]): Promise<Buffer> {
  const { side, head, radius } = CIRCLE;
  const heads = photos.map(async ({ path, face }, index) => {
    const degrees = (360 / photos.length) * index + 20;
    const shown = await sharp(path).autoOrient().flatten({ background: '#ffffff' }).png().toBuffer();
    const { width, height } = await sharp(shown).metadata();
    const square = Math.round(1.7 * Math.max(face.width, face.height));
    const left = Math.max(0, Math.round(face.x + face.width / 2 - square / 2));
    const top = Math.max(0, Math.round(face.y + face.height / 2 - square / 2));
    const cut = { left, top, width: Math.min(square, width - left), height: Math.min(square, height - top) };
    const upright = await sharp(shown).extract(cut).resize(head, head).png().toBuffer();
    const { data, info } = await sharp(upright)
      .rotate(degrees, { background: '#00000000' })
      .png()
      .toBuffer({ resolveWithObject: true });
    const angle = (degrees * Math.PI) / 180;
    // The crown of each points to the middle.
    const at = (offset: number, length: number) => Math.round(side / 2 + radius * offset - length / 2);
    return { input: data, left: at(-Math.sin(angle), info.width), top: at(Math.cos(angle), info.height) };
  });
  return await sharp({ create: { width: side, height: side, channels: 3, background: '#7a9a5a' } })
    .composite(await Promise.all(heads))
    .jpeg({ quality: 90 })
    .toBuffer();
}

test('YuNet counts people who lie in a circle', { skip: unlessPresent(PHOTOS, YUNET_PATH) }, async (t) => {
  const detector = await createFaceDetector({ model: await yunet(t), processes: 2 });
  t.after(() => detector.close());
  const single = (await photos()).filter(({ faces }) => faces === 1);
  const portraits = await Promise.all(
    single.map(async ({ path }) => ({ path, face: (await detector.detect(path)).faces[0] })),
  );
  const clear = portraits.flatMap(({ path, face }) => (face && face.width >= 80 ? [{ path, face }] : []));
  const folder = await temporaryFolder(t);
  const wrong: string[] = [];
  for (let at = 0; at < 10; at += 1) {
    const people = Array.from({ length: 4 + (at % 3) }, (_, index) => clear[(7 * at + 3 * index) % clear.length]);
    const path = join(folder, `${at}.jpg`);
    await writeFile(path, await circle(people.flatMap((one) => one ?? [])));
    const { faces } = await detector.detect(path);
    if (faces.length !== people.length) wrong.push(`${faces.length} instead of ${people.length}`);
  }
  t.diagnostic(`wrong: ${wrong.join('; ')}`);
  assert.ok(wrong.length <= 2, wrong.join('; '));
});

test('BlazeFace from npm counts at least 98 % of the photos right', { skip: unlessPresent(PHOTOS) }, async (t) => {
  const dataDir = await temporaryFolder(t);
  const download = async () => Promise.reject(new Error('this test uses no network'));
  await assertExact(t, await resolveFaceModel({ dataDir, log: () => {}, download }), await photos(), 0.98);
});
