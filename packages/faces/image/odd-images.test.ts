/** Images of public test suites, against what other readers make of them. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { outcomeOf } from '../testing/outcome.js';
import { ODD_IMAGES, unlessPresent } from '../testing/shared.js';

/** What becomes of those that are not read, by the number that their names begin with; all others are read. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  '0198': /^corrupt: .*no block begins at byte 13/,
  '0200': /^truncated: .*EOI/,
  '0213': /^unsupported: .*no photometric interpretation/,
  '0214': /^unsupported: .*12 bits per sample/,
  '0254': /^corrupt: .*no chunk begins at byte 8/,
  '0255': /^corrupt: .*no chunk begins at byte 30154/,
  '0277': /^truncated: .*strip 1 goes to byte 4321, the file has 2529/,
  '0279': /^truncated: .*strip 1/,
  '0280': /^truncated: .*strip 1/,
  '0281': /^truncated: .*strip 1/,
  '0282': /^truncated: .*strip 2/,
  '0283': /^truncated: .*strip 1/,
  '0284': /^truncated: .*strip 1/,
  '0285': /^truncated: .*strip 2/,
  '0287': /^truncated: .*tile 1/,
  '0288': /^truncated: .*strip 1/,
  '0290': /^truncated: .*before the end of its first frame/,
  '0349': /^unsupported: .*CIELab/,
  '0371': /^unsupported: .*LZMA compression/,
  '0524': /^unsupported: .*CIELab/,
  '0525': /^unsupported: .*CIELab/,
  '0526': /^unsupported: .*CIELab/,
  '0527': /^corrupt: .*number of its strips/,
  '0553': /^unsupported: .*old-style JPEG compression/,
  '0555': /^unsupported: .*old-style JPEG compression/,
  '0556': /^truncated: .*directory goes to byte 142, the file has 88/,
  '0587': /^truncated: .*directory is at byte/,
  '0588': /^unsupported: .*strips that are left out/,
  '0679': /^corrupt: .*number of its strips/,
  '0691': /^unsupported: .*tiles in separate colour planes/,
  '0692': /^unsupported: .*tiles in separate colour planes/,
  '0693': /^unsupported: .*tiles in separate colour planes/,
  '0694': /^unsupported: .*tiles in separate colour planes/,
  '0712': /^truncated: .*within its chunk IDAT/,
  '0713': /^truncated: .*EOI/,
  '0715': /^truncated: .*EOI/,
  '0735': /^corrupt: .*first frame has no pixels/,
  '0784': /^corrupt: .*no chunk IDAT/,
};

/** Whose last pixels are missing: other readers fill them with grey. */
const READ_IN_PART_BY_OTHERS = ['0713', '0715'];

test('odd images that others read are read at the same size or refused by their kind; all reasons are true', {
  skip: unlessPresent(ODD_IMAGES),
}, async () => {
  const rows = (await readFile(join(ODD_IMAGES, 'truth.csv'), 'utf8')).trim().split('\n').slice(1);
  assert.ok(rows.length > 100, `${rows.length} images`);
  for (const row of rows) {
    const [file = '', read = '', width = '', height = ''] = row.split(',');
    const number = file.slice(0, 4);
    const outcome = await outcomeOf(await readFile(join(ODD_IMAGES, file)));
    const refusal = REFUSED[number];
    if (refusal === undefined) {
      assert.deepEqual([outcome, read], [`read ${width} × ${height}`, 'yes'], file);
      continue;
    }
    assert.match(outcome, refusal, file);
    assert.doesNotMatch(outcome, /[\p{Cc}]|undefined|\/nowhere/u, file);
    const isKind = outcome.startsWith('unsupported');
    assert.equal(isKind, read === 'yes' && !READ_IN_PART_BY_OTHERS.includes(number), `${file}: ${outcome}`);
  }
});
