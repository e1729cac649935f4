import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadInputError } from '#contracts/errors.js';
import { createRandom, type Random } from '#samples/random.js';
import { BrokenEvent } from './found-events.js';
import { readEvents } from './read-events.js';

interface Line {
  readonly offset: number;
  readonly text: string;
  /** Why it is no JSON, if it is none. */
  readonly reject: string | undefined;
}

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function readWith(bytes: Buffer, windowBytes: number): Promise<Line[]> {
  const list: Line[] = [];
  const options = { wrapperKey: 'things', eventKeys: ['id'], windowBytes, maxEventBytes: 8_000 };
  for await (const events of readEvents(chunked(bytes, windowBytes), options)) {
    for (const event of events) {
      const { offset, value } = event;
      list.push({ offset, text: event.raw(), reject: value instanceof BrokenEvent ? value.reject : undefined });
    }
  }
  return list;
}

/** Reads bytes with windows of several sizes, which must make no difference. */
async function read(text: string | Buffer): Promise<Line[]> {
  const bytes = Buffer.from(text);
  const whole = await readWith(bytes, 1 << 16);
  for (const size of [1, 2, 3, 7, 16, 64]) assert.deepEqual(await readWith(bytes, size), whole, `windows of ${size}`);
  return whole;
}

const good = (id: number): string => `{"id":${id}}`;
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

const brokenLines: readonly (readonly [name: string, line: string | Buffer, reason: RegExp])[] = [
  ['an event and a bracket too many', '{"id":5}}', /byte 17, line 2: expected the end of the line/],
  ['two events', '{"id":5}{"id":6}', /byte 17, line 2: expected the end of the line/],
  ['two events with a blank between', '{"id":5} {"id":6}', /line 2: expected the end of the line/],
  ['an event and a comma', '{"id":5},', /line 2: expected the end of the line/],
  ['an array and more', '[{"id":5}] 7', /line 2: expected the end of the line/],
  ['a wrapping object and more', '{"things":[{"id":5}]}]', /line 2: expected the end of the line/],
  ['an array that was cut off', '[{"id":5},{"id":', /line 2 ends inside a value/],
  ['an array that was cut off between two values', '[{"id":5},', /line 2 ends inside a value/],
  ['an array that was cut off in a string', '[{"id":5},{"id":"x', /line 2/],
  ['an array that is not UTF-8', Buffer.from('[{"id":5},{"id":"\xe4"}]', 'latin1'), /in UTF-8.*line 2,/],
  ['a wrapping object that was cut off', '{"things":[{"id":5},', /line 2 ends inside a value/],
  ['a wrapping object that is not UTF-8', Buffer.from('{"things":[{"id":"\xe4"}]}', 'latin1'), /in UTF-8.*line 2,/],
  ['a wrapping object whose events are no array', '{"things":{"id":5}}', /array of events under the key "things"/],
  ['an array nested too deep', nested(201), /line 2.*nested deeper than 200/],
  ['an array nested too deep that was cut off', '['.repeat(5_000), /line 2.*nested deeper than 200/],
  ['an event nested too deep', `{"id":${nested(200)}}`, /line 2.*nested deeper than 200/],
  ['a wrapping object nested too deep', `{"things":[${nested(200)}]}`, /line 2.*nested deeper than 200/],
];
for (const [name, line, reason] of brokenLines) {
  test(`one reject and nothing else comes of a line with ${name}`, async () => {
    const bytes = Buffer.from(line);
    const feed = Buffer.from('\n');
    const seen = await read(
      Buffer.concat([Buffer.from(good(1)), feed, bytes, feed, Buffer.from(`${good(2)}\n${good(3)}\n`)]),
    );
    assert.deepEqual(
      seen.map(({ text, reject }) => reject === undefined && text),
      [good(1), false, good(2), good(3)],
    );
    assert.match(seen[1]?.reject ?? '', reason);
    assert.deepEqual([seen[1]?.offset, seen[1]?.text], [good(1).length + 1, bytes.toString().slice(0, 2_000)]);
  });
}

test('a first line with more than one value is a reject, too', async () => {
  const seen = await read(`{"id":5}}\n${good(1)}\n`);
  assert.deepEqual(
    seen.map(({ text, reject }) => [text, reject !== undefined]),
    [
      ['{"id":5}}', true],
      [good(1), false],
    ],
  );
});

test('a good array or wrapping object on a line among events gives its events, and lines after it may be bad', async () => {
  const seen = await read(
    `${good(1)}\n[${good(2)},[7]]\n oops\n{"a":[1],"things":[${good(3)}]}\n${good(4)}}\n${good(5)}\n`,
  );
  assert.deepEqual(
    seen.map(({ text, reject }) => (reject === undefined ? text : 'bad')),
    [good(1), good(2), '[7]', 'bad', good(3), 'bad', good(5)],
  );
});

test('an array may go on in the next lines, also after events that did not', async () => {
  const seen = await read(`${good(1)}\n[\n ${good(2)},\n ${good(3)}\n]\n${good(4)}\n`);
  assert.deepEqual(
    seen.map(({ text }) => text),
    [good(1), good(2), good(3), good(4)],
  );
});

/** Documents that are no single line, of which the second begins where the first ends. */
const documents = {
  'two wrapping objects': [`{"things":[${good(1)}]}`, `{"things":[${good(2)}]}`],
  'two arrays': [`[${good(1)}]`, `[${good(2)}]`],
  'two pretty-printed wrapping objects': [1, 2].map((id) => JSON.stringify({ things: [{ id }], n: 1 }, null, 2)),
  'two pretty-printed arrays': [1, 2].map((id) => JSON.stringify([{ id }], null, 2)),
  'two pretty-printed events': [1, 2].map((id) => JSON.stringify({ id, list: [1] }, null, 2)),
  'two events': [good(1), good(2)],
};
for (const [name, [first = '', second = '']] of Object.entries(documents)) {
  test(`both of ${name} are read from a file where the second begins on a line of its own`, async () => {
    for (const between of ['\n', '\r\n', ' \n\n\t']) assert.equal((await read(first + between + second)).length, 2);
  });

  test(`a file of ${name}, the second beginning on the first's last line, is refused and says why`, async () => {
    for (const between of ['', ' ', '\t']) {
      await assert.rejects(
        read(first + between + second),
        (error) =>
          error instanceof BadInputError &&
          error.code === 'bad-json' &&
          /expected the end of the line/.test(error.message) &&
          error.message.includes(`byte ${first.length + between.length}, line ${first.split('\n').length}:`),
      );
    }
  });
}

/** A line with bytes changed, put in or taken out; its line end, and no other, stays. */
function mutate(line: Buffer, random: Random): Buffer {
  const bytes = [...line];
  for (let change = random.int(1, 4); change > 0; change -= 1) {
    const at = random.int(0, bytes.length);
    const byte = random.pick([random.int(0, 255), ...Buffer.from('{}[]",:\\ 1')]);
    if (byte === 0x0a) continue;
    bytes.splice(at, random.int(0, 2), ...random.pick([[], [byte], [byte, byte]]));
  }
  return Buffer.from(bytes);
}

/** Whether a line holds one JSON value in UTF-8 that is not too deep, or nothing. */
function isOneValue(line: Buffer): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line);
    if (/^[ \t\r]*$/.test(text)) return true;
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('random bytes in a line give one reject or one value, and never harm another line', async () => {
  const random = createRandom(6, 'lines');
  for (let round = 0; round < 3_000; round += 1) {
    const lines = Array.from({ length: random.int(2, 6) }, (_, n) => good(1_000 + n));
    const at = random.int(1, lines.length - 1);
    const template = random.pick([
      good(7),
      `[${good(8)},1]`,
      `{"things":[${good(9)}]}`,
      '{"id":"é","x":{"y":[1.5,null]}}',
    ]);
    const bad = mutate(Buffer.from(template), random);
    const bytes = Buffer.concat(
      [
        ...lines.slice(0, at).map((line) => Buffer.from(line)),
        bad,
        ...lines.slice(at).map((line) => Buffer.from(line)),
      ].flatMap((line) => [line, Buffer.from('\n')]),
    );
    const shown = JSON.stringify(bytes.toString('latin1'));
    const seen = await readWith(bytes, random.pick([1, 9, 1 << 16])).catch((error: unknown) =>
      assert.fail(`${shown}: ${error}`),
    );
    const own = Buffer.byteLength(lines.slice(0, at).join('\n')) + 1;
    const isOwn = ({ offset }: Line): boolean => offset >= own && offset <= own + bad.length;
    assert.deepEqual(
      seen.filter((line) => !isOwn(line)).map(({ text, reject }) => reject ?? text),
      lines,
      shown,
    );
    const rejects = seen.filter(isOwn).filter(({ reject }) => reject !== undefined);
    const noArray = rejects.some(({ reject }) => /array of events under the key/.test(reject ?? ''));
    if (isOneValue(bad) && !noArray) assert.equal(rejects.length, 0, shown);
    else assert.deepEqual([rejects.length, seen.filter(isOwn).length], [1, 1], shown);
  }
});
