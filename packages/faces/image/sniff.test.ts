import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { describeContent, SNIFF_BYTES, sniffFormat } from './sniff.js';

test('each accepted format is recognised by what an encoder writes', async () => {
  const image = sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } });
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const) {
    const bytes = await image.clone().toFormat(format).toBuffer();
    assert.equal(sniffFormat(bytes.subarray(0, SNIFF_BYTES)), format);
  }
});

test('what is not taken is described', () => {
  const cases: [string | Buffer, RegExp][] = [
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', /SVG/],
    ['\ufeff<?xml version="1.0"?>', /XML/],
    ['%PDF-1.7', /PDF/],
    ['PK\x03\x04rest', /ZIP/],
    ['BM000000', /BMP/],
    [Buffer.from('0000001866747970686569630000000068656963', 'hex'), /HEIC/],
    [Buffer.from('000000186674797069736f6d00000000', 'hex'), /ISO media/],
    ['hello, world', /text beginning with "hello, world"/],
    [Buffer.from('00010203fffefdfc', 'hex'), /bytes 00010203fffefdfc/],
  ];
  for (const [content, expected] of cases) {
    const head = Buffer.from(content);
    assert.equal(sniffFormat(head), undefined);
    assert.match(describeContent(head), expected);
  }
});

test('a few bytes are no image and no crash', () => {
  for (const length of [0, 1, 2, 3, 7, 11]) assert.equal(sniffFormat(Buffer.alloc(length, 0xff)), undefined);
});
