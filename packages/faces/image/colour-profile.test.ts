import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { quarters } from '../testing/images.js';
import { isSrgbProfile } from './colour-profile.js';

async function profile(name: string): Promise<Buffer> {
  const { icc } = await sharp(await quarters().withIccProfile(name).jpeg().toBuffer()).metadata();
  assert.ok(icc !== undefined);
  return icc;
}

test('sRGB is distinguished from wider and other colour spaces', async () => {
  assert.equal(isSrgbProfile(await profile('srgb')), true);
  assert.equal(isSrgbProfile(await profile('p3')), false);
  assert.equal(isSrgbProfile(await profile('cmyk')), false);
});

test('a profile with other primaries or another tone curve is not sRGB', async () => {
  const srgb = await profile('srgb');
  const tag = (name: string) => srgb.readUInt32BE(srgb.indexOf(name, 128, 'latin1') + 4);
  const primary = Buffer.from(srgb);
  primary.writeInt32BE(Math.round(0.5 * 0x10000), tag('rXYZ') + 8);
  assert.equal(isSrgbProfile(primary), false);
  const linear = Buffer.concat([srgb, Buffer.from('curv\0\0\0\0\0\0\0\0', 'latin1')]);
  linear.writeUInt32BE(srgb.length, srgb.indexOf('gTRC', 128, 'latin1') + 4);
  assert.equal(isSrgbProfile(linear), false);
  const gamma = Buffer.concat([srgb, Buffer.from('curv\0\0\0\0\0\0\0\x01\x02\x33', 'latin1')]);
  gamma.writeUInt32BE(srgb.length, gamma.indexOf('gTRC', 128, 'latin1') + 4);
  assert.equal(isSrgbProfile(gamma), true, 'a gamma of 2.2');
});

test('a damaged profile is not sRGB, and no crash', async () => {
  const srgb = await profile('srgb');
  for (const length of [0, 10, 130, 140, 200, srgb.length >> 1]) {
    assert.equal(isSrgbProfile(srgb.subarray(0, length)), false, `${length}`);
  }
  assert.equal(isSrgbProfile(Buffer.alloc(500, 0xff)), false);
});
