import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { unlessPresent, YUNET_PATH } from '../testing/shared.js';
import { openDimensions } from './open-dimensions.js';
import { openSession, shapeOf } from './session.js';

test('a file that does not declare what YuNet declares is left as it is', () => {
  const file = Buffer.from('0a030880050a03088005', 'hex');
  assert.equal(openDimensions(file), file);
});

test('YuNet takes an input of any size', { skip: unlessPresent(YUNET_PATH) }, async () => {
  const file = await readFile(YUNET_PATH);
  const opened = openDimensions(file);
  assert.equal(opened.length, file.length);
  assert.notDeepEqual(opened, file);
  assert.deepEqual(shapeOf(await openSession(YUNET_PATH), 'input'), [1, 3, 'h', 'w']);
});
