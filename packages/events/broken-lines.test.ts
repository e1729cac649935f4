import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadInputError } from '#contracts/errors.js';
import { BrokenEvent } from './found-events.js';
import { readEvents } from './read-events.js';

interface Seen {
  readonly offset: number;
  readonly raw: string;
  /** The value, or why it is none. */
  readonly value: unknown;
}

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function readWith(bytes: Buffer, windowBytes: number): Promise<Seen[]> {
  const list: Seen[] = [];
  const options = { wrapperKey: 'things', eventKeys: ['id'], windowBytes, maxEventBytes: 4_000 };
  for await (const events of readEvents(chunked(bytes, windowBytes), options)) {
    for (const event of events) {
      const { ordinal, offset, value } = event;
      assert.equal(ordinal, list.length);
      list.push({ offset, raw: event.raw(), value: value instanceof BrokenEvent ? value.reject : value });
    }
  }
  return list;
}

/** Reads a text with windows of all sizes, which must make no difference. */
async function read(text: string | Buffer): Promise<Seen[]> {
  const bytes = Buffer.from(text);
  const whole = await readWith(bytes, 1 << 16);
  for (let size = 1; size <= bytes.length + 1; size += 1) assert.deepEqual(await readWith(bytes, size), whole);
  return whole;
}

/** What of the text was an event, and instead of each broken one why. */
async function reasons(text: string | Buffer): Promise<unknown[]> {
  return (await read(text)).map(({ raw, value }) => (typeof value === 'string' ? value : raw));
}

function isBad(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof BadInputError && error.code === code && message.test(error.message);
}

const good = (id: number): string => `{"id":${id}}`;

test('a line that is no JSON is a broken event with its position and text, and the others are read', async () => {
  const lines = [good(1), '{"id":nope}', 'hello world', good(2), '', '7', good(3)];
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  const seen = await read(bytes);
  assert.deepEqual(
    seen.map(({ raw }) => raw),
    lines.filter((line) => line !== ''),
  );
  for (const { offset, raw } of seen) assert.equal(bytes.toString('utf8', offset, offset + raw.length), raw);
  assert.match(String(seen[1]?.value), /^not valid JSON at byte 16, line 2: expected a value/);
  assert.match(String(seen[2]?.value), /line 3: expected a value/);
  assert.deepEqual([seen[0]?.value, seen[3]?.value, seen[4]?.value], [{ id: 1 }, { id: 2 }, 7]);
});

test('a line that was cut off before others harms only itself, wherever it was cut', async () => {
  const torn = '{"id":"a\\n","list":[{"n":1},2],"on":true}';
  for (let length = 1; length < torn.length; length += 1) {
    const seen = await reasons(`${good(1)}\n${torn.slice(0, length)}\n${good(2)}\n${good(3)}\n`);
    assert.equal(seen.length, 4, `cut to ${length}`);
    assert.match(String(seen[1]), /line 2( ends inside a value|: )/);
    assert.deepEqual([seen[0], seen[2], seen[3]], [good(1), good(2), good(3)]);
  }
});

test('broken lines are reported with CRLF, after a byte-order mark, and at the end without a line end', async () => {
  const seen = await read(`\uFEFF${good(1)}\r\noops\r\n${good(2)}\r\nhello`);
  assert.deepEqual(
    seen.map(({ offset, raw }) => [offset, raw]),
    [
      [3, good(1)],
      [13, 'oops'],
      [19, good(2)],
      [29, 'hello'],
    ],
  );
});

test('the first lines may be the broken ones', async () => {
  const seen = await reasons(`id;name\n{"id":\n${good(1)}\n${good(2)}\n`);
  assert.match(String(seen[0]), /line 1: expected a value/);
  assert.match(String(seen[1]), /line 2 ends inside a value|line 3/);
  assert.deepEqual(seen.slice(2), [good(1), good(2)]);
  assert.deepEqual((await reasons(`hello\n${good(1)}\n`)).at(-1), good(1));
});

test('a line of a log, which begins like an array, is a broken event among events', async () => {
  const seen = await reasons(`${good(1)}\n[2024-07-18 14:05] started\n${good(2)}\n[3]\n`);
  assert.match(String(seen[1]), /line 2: expected /);
  assert.deepEqual([seen[0], seen[2], seen[3]], [good(1), good(2), '3']);
});

test('a line with more than one event is one broken event', async () => {
  const seen = await reasons(`${good(1)} {"id":2} rubbish\n${good(3)}\n`);
  assert.deepEqual([seen.length, seen[1]], [2, good(3)]);
  assert.match(String(seen[0]), /byte 9, line 1: expected the end of the line/);
});

test('a line that is not UTF-8 is a broken event', async () => {
  const latin1 = Buffer.from(`${good(1)}\n{"id":"\xe4"}\n${good(2)}\n`, 'latin1');
  const seen = await reasons(latin1);
  assert.deepEqual([seen.length, seen[0], seen[2]], [3, good(1), good(2)]);
  assert.match(String(seen[1]), /expected text in UTF-8, but between bytes 9 and 19, line 2,/);
});

test('a last line that was cut off is the whole file’s', async () => {
  await assert.rejects(read(`${good(1)}\n${good(2)}\n{"id":3`), isBad('truncated', /line 3, after 2 whole events/));
});

test('a file without a good line is refused with its first fault', async () => {
  await assert.rejects(read('{"id":nope}\nhello\n{"id"}\n'), isBad('bad-json', /byte 7, line 1: expected a value/));
  await assert.rejects(read('hello\n'), isBad('bad-json', /line 1/));
});

test('a file of something else is not read to its end', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.from('Nothing like JSON in this line.\n');
  }
  const stream = readEvents(endless(), { wrapperKey: 'things', windowBytes: 1_000 });
  await assert.rejects(
    async () => {
      for await (const _ of stream);
    },
    isBad('bad-json', /byte 0, line 1/),
  );
});

test('a fault in an array, a wrapping object or an event over several lines is the whole file’s', async () => {
  const pretty = JSON.stringify({ id: 1, list: [{ id: 2 }] }, null, 1);
  const broken = pretty.replace('2', 'nope');
  for (const text of [
    `[${good(1)},\n${good(2)},\n{"id":nope},\n${good(3)}]`,
    `{"things":[${good(1)},\n{"id":nope}\n]}`,
    `{"things":[${good(1)}],"more":nope}\n`,
    `{"more":nope,"things":[${good(1)}]}\n`,
    broken,
    `{\n "id": nope,\n "list": [\n  ${good(2)}\n ]\n}\n`,
    `${pretty}\n${broken}\n`,
    `${broken}\n${pretty}\n`,
    `hello\n{"things":[${good(1)}]}\n`,
    `${pretty}\nhello\n`,
  ]) {
    await assert.rejects(read(text), isBad('bad-json', /expected/), text);
  }
});

test('an event may go on in the next line, also after events that did not', async () => {
  const text = `${good(1)}\n{"id":\n2}\n${JSON.stringify({ id: 3, x: [1.5] }, null, 2)}\n`;
  assert.deepEqual(
    (await read(text)).map(({ value }) => value),
    [{ id: 1 }, { id: 2 }, { id: 3, x: [1.5] }],
  );
});

test('events in arrays and wrapping objects have their position and text, too', async () => {
  for (const text of [`[ ${good(1)} ,\n "é", ${good(2)}]`, `{"a":"é","things":[${good(1)},[7 ],${good(2)}]}`]) {
    const bytes = Buffer.from(text);
    for (const { offset, raw } of await read(bytes)) {
      assert.equal(bytes.toString('utf8', offset, offset + Buffer.byteLength(raw)), raw);
    }
  }
});

test('only the first 2,000 characters of the text are kept', async () => {
  const [event] = await readWith(Buffer.from(`[{"id":"${'é'.repeat(1_900)}${'x'.repeat(150)}"}]`), 1 << 16);
  assert.equal(event?.raw.length, 2_000);
  assert.ok(event.raw.endsWith('x'));
});

test('thousands of torn lines cost no more than others', async () => {
  const line = `${good(1)}\n{"id":1,"list":[{"n":1},\n`;
  const bytes = Buffer.from(line.repeat(20_000));
  const start = process.cpuUsage();
  assert.equal((await readWith(bytes, 1 << 18)).length, 40_000);
  const { user, system } = process.cpuUsage(start);
  // Looking on to the limit of an event for each of them would take minutes.
  assert.ok(user + system < 5_000_000, `${(user + system) / 1e6} s`);
});
