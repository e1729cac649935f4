import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readImage, temporaryFile } from '../testing/images.js';
import { decodeError, imageError } from './image-errors.js';

test('a reason carries no control characters, whatever the file or the decoder says', async (t) => {
  const steering = '\u001b]0;owned\u0007\u009b31m\u202etxt.exe';
  const text = readImage(await temporaryFile(t, 'a.jpg', Buffer.from('hello \u007f\u009b31m \u202etxt')));
  const faults = [
    await text.then(String, (error: unknown) => error),
    imageError('corrupt', steering),
    decodeError('tiff', { path: '/data/a.tif', error: new Error(steering), defect: undefined }),
    decodeError('tiff', { path: '/data/a.tif', error: new Error(`out of memory ${steering}`), defect: undefined }),
  ];
  for (const fault of faults) {
    assert.ok(fault instanceof Error);
    assert.doesNotMatch(fault.message, /[\p{Cc}\p{Bidi_Control}]/u);
  }
  assert.match(imageError('corrupt', steering).message, /^\\u\{1b\}\]0;owned/);
});

test('a reason names no path, and is never empty or undefined', () => {
  for (const said of [
    '',
    '\n\n',
    'Unknown error',
    'Input buffer has corrupt header: ',
    '/data/a.tif: bad',
    '/dev/fd/17 x',
  ]) {
    const { message } = decodeError('png', { path: '/data/a.tif', error: new Error(said), defect: undefined });
    assert.doesNotMatch(message, /undefined|\(\)|\/data|\/dev/, said);
  }
});

test('of many lines the one that names the error is reported', () => {
  const error = new Error(
    'tiff2vips: custom tag 0 (Tag 0) is not read from file\nVipsIcc: not an ICC profile\ntiff2vips: bad strip 3\nlast',
  );
  const { message } = decodeError('tiff', { path: '/a', error, defect: undefined });
  assert.match(message, /damaged \(tiff2vips: bad strip 3\)/);
});
