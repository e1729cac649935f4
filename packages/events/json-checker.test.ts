import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '#samples/random.js';
import { JsonChecker } from './json-checker.js';

/** What the checker says of a text that is given to it in pieces. */
function outcome(text: string, pieces = [text.length]): 'whole' | 'cut off' | number {
  const bytes = Buffer.from(text);
  const checker = new JsonChecker();
  let at = 0;
  for (const piece of [...pieces, bytes.length]) {
    const end = Math.min(bytes.length, at + piece);
    at = checker.check(bytes, at, end);
    if (checker.state !== 'open') break;
  }
  if (checker.state === 'faulty') return at;
  if (!checker.mayEnd) return 'cut off';
  const after = bytes.subarray(at).toString().search(/\S/);
  return after === -1 ? 'whole' : at + after;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const texts = [
  '{"a":[1,-0.5e+10,"x\\u00e9\\n\\"",true,false,null,{}],"":{"b":[[]]}}',
  ' [ 0 , 12 , 1.25 , 1E5 , -1e-7 , "" , { "k" : "v" } ] ',
  '"text"',
  '-12.5e3',
  'null',
];

test('takes what JSON.parse takes, and says of each beginning that it is cut off', () => {
  for (const text of texts) {
    assert.equal(outcome(text), 'whole', text);
    for (let length = 0; length < text.length; length += 1) {
      const beginning = text.slice(0, length);
      const expected = isJson(beginning) ? 'whole' : 'cut off';
      assert.equal(outcome(beginning), expected, beginning);
    }
  }
});

test('agrees with JSON.parse on texts with a changed, doubled or lost character, whatever the pieces', () => {
  const random = createRandom(1, 'json-checker');
  const chars = ['"', '\\', '{', '}', '[', ']', ',', ':', ' ', '\n', '0', '1', '.', 'e', '-', '+', 't', 'u', 'x', '\t'];
  for (let round = 0; round < 20_000; round += 1) {
    const text = random.pick(texts);
    const at = random.int(0, text.length);
    const changed = text.slice(0, at) + random.pick(['', random.pick(chars)]) + text.slice(at + random.int(0, 2));
    const found = outcome(changed);
    assert.equal(found === 'whole', isJson(changed), `${changed}: ${found}`);
    assert.equal(outcome(changed, [random.int(0, 9), random.int(0, 9)]), found, changed);
  }
});

const faults: readonly (readonly [string, number, RegExp])[] = [
  ['[1,]', 3, /expected a value/],
  ['[1 2]', 3, /expected "," or "\]"/],
  ['{"a" 1}', 5, /expected ":"/],
  ['{"a":1 "b"', 7, /expected "," or "}"/],
  ['{a:1}', 1, /expected a key/],
  ['{"a":1,}', 7, /expected a key/],
  ['[012]', 2, /number/],
  ['[-]', 2, /expected a digit/],
  ['[1.]', 3, /expected a digit/],
  ['[tru]', 4, /expected a value/],
  ['["\n"]', 2, /line break/],
  ['["\\x"]', 3, /wrong escape/],
  ['["\\u12g4"]', 6, /wrong escape/],
];
for (const [text, at, reason] of faults) {
  test(`finds the fault in ${JSON.stringify(text)}`, () => {
    const checker = new JsonChecker();
    assert.equal(checker.check(Buffer.from(text), 0, text.length), at);
    assert.equal(checker.state, 'faulty');
    assert.match(checker.reason, reason);
  });
}

test('reports the keys of an object, escapes resolved, and not those deeper in it', () => {
  const bytes = Buffer.from(' , "a" : {"deep":1}, "\\u0062é":[{"c":2}] } after');
  const checker = new JsonChecker({ restOfObject: true });
  const keys: string[] = [];
  let at = 0;
  do {
    at = checker.check(bytes, at, bytes.length);
    if (checker.state === 'key') keys.push(checker.key);
  } while (checker.state === 'key');
  assert.deepEqual(keys, ['a', 'bé']);
  assert.equal(checker.state, 'ended');
  assert.equal(bytes.subarray(at).toString(), ' after');
});

test('refuses nesting that is too deep', () => {
  const bytes = Buffer.from('['.repeat(201));
  const checker = new JsonChecker();
  assert.equal(checker.check(bytes, 0, bytes.length), 200);
  assert.equal(checker.state, 'faulty');
  assert.equal(checker.refusal('byte 200, line 1').code, 'too-deep');
});
