import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BadInputError } from '#contracts/errors.js';
import { unlessPresent } from '#faces/testing/shared.js';
import { readProjectFile } from '../../structure/project.js';
import { type Declared, declareColumns } from './declare.js';
import { digestOf } from './digest.js';
import { readOurs } from './our-reader.js';

const shared = fileURLToPath(new URL('../../../../../shared/', import.meta.url));
const folders = [join(shared, 'corpora/parquet-testing/data'), join(shared, 'odd/parquet')];

/**
 * Of each file and column a digest of DuckDB's values, ours where DuckDB reads none, or the code of the refusal. Made by
 * `npm run compare:parquet -- --reader folder --out test/fuzz/parquet/corpora.json` of both folders.
 */
const expected: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
  readProjectFile('test/fuzz/parquet/corpora.json'),
);

async function outcomesOf(bytes: Uint8Array): Promise<Record<string, string>> {
  let declared: Declared[];
  try {
    declared = await declareColumns(bytes);
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    return { '*': error.code };
  }
  const outcomes: Record<string, string> = {};
  for (const { name, column, reason = '' } of declared) {
    const outcome = column === undefined ? { refused: reason } : await readOurs(bytes, [column]);
    if ('refused' in outcome) assert.doesNotMatch(outcome.refused, /undefined|\p{Cc}/u);
    outcomes[name] =
      'refused' in outcome ? outcome.refused.slice(0, outcome.refused.indexOf(':')) : digestOf(outcome.columns);
  }
  return outcomes;
}

test('each column of the public files is read as DuckDB reads it, or refused with the expected code', {
  skip: unlessPresent(...folders),
}, async () => {
  for (const [file, columns] of Object.entries(expected)) {
    const path = folders.map((folder) => join(folder, file)).find((each) => existsSync(each));
    assert.ok(path, `${file} is in neither folder`);
    assert.deepEqual(await outcomesOf(new Uint8Array(readFileSync(path))), columns, file);
  }
});
