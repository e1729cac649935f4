import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readImage, temporaryFile } from '../testing/images.js';
import { outcomeOf } from '../testing/outcome.js';
import { type TiffChange, tiffFile } from '../testing/tiff.js';

const short = (tag: number, ...values: number[]) => ({ tag, values, short: true });

test('the plain TIFF that the others differ from is read', async () => {
  assert.equal(await outcomeOf(tiffFile()), 'read 16 × 16');
});

test('kinds of TIFF that cannot be decoded are refused as unsupported, with the kind', async (t) => {
  const tiles = [
    short(322, 16),
    short(323, 16),
    { tag: 324, values: [8, 8, 8] },
    { tag: 325, values: [256, 256, 256] },
  ];
  const cases: Record<string, TiffChange> = {
    'LZMA compression': { fields: [short(259, 34925)] },
    'Zstandard compression': { fields: [short(259, 50000)] },
    'PixarLog compression': { fields: [short(259, 32909)] },
    'JPEG 2000 compression': { fields: [short(259, 34712)] },
    'LERC compression': { fields: [short(259, 34887)] },
    'JBIG compression': { fields: [short(259, 34661)] },
    'old-style JPEG compression': { fields: [short(259, 6)] },
    'compression 12345': { fields: [short(259, 12345)] },
    '12 bits per sample': { fields: [short(258, 12)] },
    '64 bits per sample': { fields: [short(258, 64), short(339, 3)], data: Buffer.alloc(2048) },
    '5, 6 bits per sample': { fields: [short(258, 5, 6, 5), short(277, 3), short(262, 2)] },
    'CIELab colours of 8 bits': {
      fields: [short(262, 8), short(258, 8, 8, 8), short(277, 3)],
      data: Buffer.alloc(768),
    },
    'no photometric interpretation, tag 262': { without: [262] },
    'tiles in separate colour planes': {
      fields: [short(258, 8, 8, 8), short(277, 3), short(262, 2), short(284, 2), ...tiles],
      without: [273, 278, 279],
    },
    'strips that are left out': {
      fields: [
        { tag: 273, values: [0] },
        { tag: 279, values: [0] },
      ],
    },
  };
  for (const [kind, change] of Object.entries(cases)) {
    const bytes = tiffFile(change);
    const outcome = await outcomeOf(bytes);
    assert.match(outcome, /^unsupported: The TIFF image uses a feature that cannot be decoded \(/, kind);
    assert.ok(outcome.includes(`(${kind})`), `${kind}: ${outcome}`);
    const fromFile = readImage(await temporaryFile(t, 'a.tif', bytes), { whole: false });
    await assert.rejects(fromFile, { code: 'unsupported' }, kind);
  }
});

test('a TIFF whose data or directory goes beyond its end is truncated', async () => {
  const tiff = tiffFile();
  const cases: [Buffer, RegExp][] = [
    [tiffFile({ fields: [{ tag: 273, values: [5000] }] }), /strip 1 goes to byte 5256, the file has \d+/],
    [tiff.subarray(0, 200), /directory is at byte 264, the file has 200 bytes/],
    [tiff.subarray(0, 300), /directory goes to byte \d+, the file has 300 bytes/],
    [tiff.subarray(0, 6), /ends within its header/],
    [
      tiffFile({ fields: [short(258, 8, 8, 8), short(277, 3), short(262, 2)], data: Buffer.alloc(768) }).subarray(
        0,
        -3,
      ),
      /tag 258 go beyond/,
    ],
  ];
  for (const [bytes, reason] of cases)
    assert.match(await outcomeOf(bytes), new RegExp(`^truncated: .*${reason.source}`));
});

test('a TIFF whose fields contradict each other is corrupt', async () => {
  const cases: [TiffChange, RegExp][] = [
    [{ without: [273] }, /names no strips or tiles/],
    [{ fields: [{ tag: 278, values: [4] }] }, /number of its strips is 1; its height and rows per strip make 4/],
    [{ fields: [{ tag: 256, values: [0] }] }, /no width or no height/],
    [{ fields: [short(259, 8)] }, /damaged/],
  ];
  for (const [change, reason] of cases) {
    assert.match(await outcomeOf(tiffFile(change)), new RegExp(`^corrupt: .*${reason.source}`));
  }
});

test('a fax is read although some of its codes are wrong, as other readers do', async () => {
  // Eight lines like the one above them (T.6), then bits that are no code.
  const data = Buffer.concat([Buffer.from('ff2008ffffff', 'hex'), Buffer.alloc(20, 0xff)]);
  const fax = tiffFile({ fields: [short(258, 1), short(259, 4), short(262, 0)], data });
  assert.equal(await outcomeOf(fax), 'read 16 × 16');
});
