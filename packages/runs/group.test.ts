import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inGroups } from './group.js';

/** A grouping whose groups end when the test says so. */
function openGrouping(refuses: (item: string) => boolean = () => false) {
  const groups: string[][] = [];
  const alone: string[] = [];
  const ends: (() => void)[] = [];
  const ask = inGroups<string, string>({
    async together(items) {
      groups.push([...items]);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (items.some(refuses)) throw new Error('refused');
      return items.map((item) => (item === 'not here' ? undefined : item.toUpperCase()));
    },
    async alone(item) {
      alone.push(item);
      if (refuses(item)) throw new Error(`${item} is refused`);
      return item.toUpperCase();
    },
    bytes: (item) => (item === 'large' ? 1e9 : item.length),
  });
  const endNext = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { ask, groups, alone, endNext };
}

test('who is alone does not wait; what is asked for meanwhile goes together', async () => {
  const { ask, groups, endNext } = openGrouping();
  const first = ask('a');
  await new Promise((resolve) => setImmediate(resolve));
  const others = [ask('b'), ask('c')];
  assert.deepEqual(groups, [['a']]);
  await endNext();
  assert.equal(await first, 'A');
  await endNext();
  assert.deepEqual(await Promise.all(others), ['B', 'C']);
  assert.deepEqual(groups, [['a'], ['b', 'c']]);
});

test('an item that its group leaves out, and a large one, are done alone', async () => {
  const { ask, groups, alone, endNext } = openGrouping();
  const asked = [ask('a'), ask('not here'), ask('large')];
  await endNext();
  assert.deepEqual(await Promise.all(asked), ['A', 'NOT HERE', 'LARGE']);
  assert.deepEqual([groups, alone.sort()], [[['a', 'not here']], ['large', 'not here']]);
});

test('an item that spoils its group harms only itself', async () => {
  const { ask, endNext } = openGrouping((item) => item === 'bad');
  const settled = Promise.allSettled([ask('a'), ask('bad'), ask('b')]);
  await endNext();
  const outcomes = await settled;
  assert.deepEqual(
    outcomes.map((each) => (each.status === 'fulfilled' ? each.value : String(each.reason))),
    ['A', 'Error: bad is refused', 'B'],
  );
});
