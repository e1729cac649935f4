import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isImageName, orderFrames } from './frame-names.js';

const order = (...names: string[]): { count: number; names: (string | undefined)[] } => {
  const { count, at } = orderFrames(names, (name) => name);
  return { count, names: Array.from({ length: count }, (_, index) => at(index)) };
};

test('images that are numbered from 0 on are named by their index, with gaps', () => {
  assert.deepEqual(order('f/frame_10.jpg', 'f/frame_0.jpg', 'f/frame_002.png').names.filter(Boolean), [
    'f/frame_0.jpg',
    'f/frame_002.png',
    'f/frame_10.jpg',
  ]);
  assert.equal(order('f/frame_10.jpg', 'f/frame_0.jpg').count, 11);
});

test('other images are counted in the natural order of their names', () => {
  for (const names of [
    ['1.jpg', '2.jpg', '10.jpg'],
    ['a-0.jpg', 'b-0.jpg'],
    ['0.jpg', '00.jpg'],
    ['front 2.jpg', 'front 10.jpg', 'last.jpg'],
    ['0.jpg', '20240718140532.jpg'],
  ]) {
    assert.deepEqual(order(...[...names].reverse()), { count: names.length, names });
  }
  assert.deepEqual(order(), { count: 0, names: [] });
});

test('what systems leave beside images is none', () => {
  assert.deepEqual(
    ['a.jpg', 'x/a.TIFF', '.DS_Store', '.a.jpg', '__MACOSX/a.jpg', 'notes.txt', 'jpg', '.x/a.jpg'].filter(isImageName),
    ['a.jpg', 'x/a.TIFF'],
  );
});
