import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { blackPng } from './huge-png.js';

test('is a black image of its size that decodes without a warning', async () => {
  const image = sharp(await blackPng(1001, 37), { failOn: 'warning' });
  const { data, info } = await image.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, info.channels], [1001, 37, 1]);
  assert.ok(data.every((sample) => sample === 0));
});
