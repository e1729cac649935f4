import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declareColumns } from './declare.js';
import { readWithHyparquet } from './hyparquet-reader.js';
import { footerMutations, type Mutation, mutate, type Seed } from './mutations.js';
import { readOurs } from './our-reader.js';
import { findDifference } from './outcome.js';
import { builtInSeeds } from './seeds.js';

/** More are run by hand: npm run fuzz:parquet. */
const mutations = 1200;

const seeds = builtInSeeds();

async function columnsOf(seed: Seed) {
  return (await declareColumns(seed.bytes)).flatMap(({ column }) => column ?? []);
}

/** Where our rows differ from another reader's, of all files that both read. */
async function differences(files: Iterable<Mutation>): Promise<string[]> {
  const found: string[] = [];
  for (const { seed, bytes, changes } of files) {
    const columns = await columnsOf(seed);
    const ours = await readOurs(bytes, columns);
    if ('refused' in ours) {
      assert.doesNotMatch(ours.refused, /undefined|\p{Cc}/u);
      continue;
    }
    const difference = findDifference(ours, await readWithHyparquet(bytes, columns));
    if (difference !== undefined) found.push(`${seed.name}, ${changes.join(', ')}: ${difference}`);
  }
  return found;
}

test('the sound files are read alike by us and by hyparquet', async () => {
  for (const seed of seeds) {
    const columns = await columnsOf(seed);
    const [ours, theirs] = [await readOurs(seed.bytes, columns), await readWithHyparquet(seed.bytes, columns)];
    assert.ok('columns' in ours && 'columns' in theirs, seed.name);
    assert.deepEqual(ours, theirs, seed.name);
  }
});

test('near values of each byte of a footer never give rows that hyparquet does not see', async () => {
  const seed = seeds.find(({ name }) => name === 'numbers');
  assert.ok(seed);
  assert.deepEqual(await differences(footerMutations(seed)), []);
});

test('damage anywhere never gives rows that hyparquet does not see', async () => {
  const files = Array.from({ length: mutations }, (_, number) => mutate(seeds, number));
  assert.deepEqual(await differences(files), []);
});
