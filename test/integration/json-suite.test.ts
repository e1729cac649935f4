// The public suite of JSON parsers' tests (Nicolas Seriot, "Parsing JSON is a Minefield"): names of y_ are JSON, those of n_
// are none, those of i_ may be either.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BrokenEvent } from '#events/found-events.js';
import { JsonChecker } from '#events/json-checker.js';
import { readEvents } from '#events/read-events.js';
import { unlessPresent } from '#faces/testing/shared.js';

// From dist/test/integration up to the project, and to the folder beside it.
const suite = fileURLToPath(new URL('../../../../shared/corpora/json-test-suite/test_parsing/', import.meta.url));
const skip = unlessPresent(suite);
const names = existsSync(suite) ? readdirSync(suite).filter((name) => name.endsWith('.json')) : [];
const bytesOf = (name: string): Buffer => readFileSync(`${suite}${name}`);

/** What the reader accepts as a document: what the checker takes for JSON, in UTF-8. */
function isAccepted(bytes: Buffer): boolean {
  const checker = new JsonChecker();
  const end = checker.check(bytes, 0, bytes.length);
  if (!checker.mayEnd || bytes.subarray(end).toString('latin1').trim() !== '') return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

test('the checker takes every y_ document of the JSON suite for JSON and no n_ document', { skip }, () => {
  assert.equal(names.length, 318);
  const wrong = names.filter((name) => !name.startsWith('i_') && isAccepted(bytesOf(name)) !== name.startsWith('y_'));
  assert.deepEqual(wrong, []);
});

interface Seen {
  readonly ids: readonly number[];
  readonly rejects: number;
  readonly values: number;
}

/** Reads a document as a line among good lines: the ids of those, and what came of the document. */
async function readAmongLines(document: Buffer): Promise<Seen> {
  const ids: number[] = [];
  let [rejects, values] = [0, 0];
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('{"goodId":1}\n{"goodId":2}\n');
    yield document;
    yield Buffer.from('\n{"goodId":3}\n{"goodId":4}\n');
  }
  for await (const events of readEvents(bytes(), { wrapperKey: 'things', eventKeys: ['goodId'] })) {
    for (const { value } of events) {
      if (value instanceof BrokenEvent) rejects += 1;
      else if (typeof value === 'object' && value !== null && 'goodId' in value) ids.push(Number(value.goodId));
      else values += 1;
    }
  }
  return { ids, rejects, values };
}

for (const kind of ['y_', 'n_', 'i_']) {
  test(`each ${kind} document of the JSON suite, as a line among good lines, leaves those alone`, {
    skip,
  }, async () => {
    for (const name of names.filter((each) => each.startsWith(kind))) {
      const document = bytesOf(name);
      const { ids, rejects, values } = await readAmongLines(document).catch((error: unknown) =>
        assert.fail(`${name}: ${error}`),
      );
      assert.deepEqual(ids, [1, 2, 3, 4], name);
      const isLine = !/[\r\n]/.test(document.toString('latin1').trim());
      const isBlank = /^[ \t\r\n]*$/.test(document.toString('latin1'));
      if (kind === 'n_' && isLine) assert.deepEqual([rejects, values], [isBlank ? 0 : 1, 0], name);
      if (kind === 'y_') assert.equal(rejects, 0, name);
    }
  });
}
