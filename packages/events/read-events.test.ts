import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadInputError } from '#contracts/errors.js';
import { createRandom } from '#samples/random.js';
import type { ReadEvent } from './found-events.js';
import { InexactNumber, jsonNumber } from './json-number.js';
import { type ReadEventsOptions, readEvents } from './read-events.js';

const options: ReadEventsOptions = { wrapperKey: ['things', 'thing'], eventKeys: ['id'] };
const events = [
  { id: 'ä€😀\u2028', list: [{ n: 1.5 }, { n: -2 }] },
  { id: 'b"\\', on: true, off: false, no: null },
  { id: '' },
];
const bom = '\uFEFF';

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function read(text: string | Uint8Array, more: Partial<ReadEventsOptions> = {}): Promise<unknown[]> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return values(readEvents(chunked(bytes, 1 << 20), { ...options, ...more }));
}

/** The values, after a check that the ordinals count from 0. */
async function values(stream: AsyncIterable<readonly ReadEvent[]>): Promise<unknown[]> {
  const list: unknown[] = [];
  for await (const events of stream) {
    for (const { ordinal, value } of events) {
      assert.equal(ordinal, list.length);
      list.push(value);
    }
  }
  return list;
}

function isBad(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof BadInputError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  };
}

const lines = events.map((event) => JSON.stringify(event));
const layouts: Record<string, string> = {
  'wrapping object': JSON.stringify({ things: events }),
  'wrapping object, pretty-printed': JSON.stringify({ things: events }, null, 2),
  'wrapping object with other keys before and after': JSON.stringify({
    id: 'no event',
    meta: { things: [{ id: 'nested' }], deep: [[1], {}] },
    things: events,
    total: 3,
    more: { things: [{ id: 'nested' }] },
  }),
  'variant of the wrapping key': JSON.stringify({ thing: events }),
  'wrapping key twice': `{"things":[${lines[0]}],"x":[],"things":[${lines[1]},${lines[2]}]}`,
  'bare array': JSON.stringify(events, null, '\t'),
  'newline-delimited': lines.join('\n'),
  'newline-delimited with CRLF, blank lines and a last line feed': `\r\n${lines.join('\r\n\r\n  \r\n')}\r\n`,
  'lines that are wrapping objects': `{"things":[${lines[0]},${lines[1]}]}\n{"things":[]}\n{"things":[${lines[2]}]}\n`,
  'lines that are arrays': `[${lines[0]}]\n[${lines[1]},${lines[2]}]\n`,
  'objects over several lines': events.map((event) => JSON.stringify(event, null, 2)).join('\n'),
};

for (const [layout, text] of Object.entries(layouts)) {
  test(`reads the events of this layout, wherever the chunks are cut: ${layout}`, async () => {
    for (const whole of [text, bom + text]) {
      const bytes = Buffer.from(whole);
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        const parts = [bytes.subarray(0, cut), bytes.subarray(cut)];
        const stream = readEvents(ReadableOf(parts), { ...options, windowBytes: Math.max(cut, 1) });
        assert.deepEqual(await values(stream), events, `cut at byte ${cut}`);
      }
      const stream = readEvents(chunked(bytes, 1), { ...options, windowBytes: 1 });
      assert.deepEqual(await values(stream), events, 'byte by byte');
    }
  });

  test(`says that the input was cut off, wherever it is: ${layout}`, async () => {
    const bytes = Buffer.from(text);
    for (let length = 1; length < bytes.length; length += 1) {
      const outcome = await read(bytes.subarray(0, length)).then(
        (list) => list,
        (error: unknown) => error,
      );
      if (Array.isArray(outcome)) {
        // Cut between two values: what is left is whole, and only a line-wise layout can be cut so.
        assert.deepEqual(outcome, events.slice(0, outcome.length));
        assert.match(bytes.subarray(0, length).toString(), /[}\]]\s*$/, `cut to ${length}`);
      } else {
        assert.ok(outcome instanceof BadInputError, String(outcome));
        assert.ok(
          ['truncated', 'empty'].includes(outcome.code),
          `${outcome.code} when cut to ${length}: ${outcome.message}`,
        );
      }
    }
  });
}

async function* ReadableOf(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

test('takes a single object for one event, on one line or pretty-printed', async () => {
  assert.deepEqual(await read(JSON.stringify(events[0])), [events[0]]);
  assert.deepEqual(await read(`${JSON.stringify(events[0], null, 2)}\n`), [events[0]]);
});

test('finds no events, and no fault, in an empty array', async () => {
  assert.deepEqual(await read('[]'), []);
  assert.deepEqual(await read('{"things": [ ]}'), []);
});

test('passes on whatever stands in an array or among other lines, for the event parser to reject', async () => {
  assert.deepEqual(await read('[1,"two",null,{"x":1},[]]'), [1, 'two', null, { x: 1 }, []]);
  assert.deepEqual(await read('{"x":1}\n{"id":"b"}\n7\n'), [{ x: 1 }, { id: 'b' }, 7]);
});

test('keeps numbers that a double would alter as they were written', async () => {
  const [value] = await read('{"id":[1.0, 2.5, 30e-1, 9007199254740993, 2.00000000000000000001, 1e400, 1e-400, -0]}');
  const shown = (value as { id: unknown[] }).id.map((n) => (n instanceof InexactNumber ? n.text : n));
  const kept = ['9007199254740993', '2.00000000000000000001', '1e400', '1e-400'];
  assert.deepEqual(shown, [1, 2.5, 3, ...kept, 0]);
});

test('takes every number as its text says, wherever a double would not', async () => {
  const random = createRandom(1, 'numbers');
  const digits = (most: number): string => Array.from({ length: random.int(1, most) }, () => random.int(0, 9)).join('');
  const numbers = Array.from({ length: 2_000 }, () => {
    const whole = digits(20).replace(/^0+(?=\d)/, '');
    const fraction = random.pick(['', '', `.${digits(20)}`, `.${'0'.repeat(random.int(1, 20))}1`, '.0']);
    const exponent = random.pick(['', '', `e${random.int(0, 400)}`, `E-${random.int(0, 30)}`, 'e+2']);
    return random.pick(['', '-']) + whole + fraction + exponent;
  });
  const expected = numbers.map(jsonNumber);
  assert.deepEqual(await read(`[${numbers.join(',')}]`), expected);
  assert.deepEqual(
    await read(numbers.map((n) => `{"id":[ ${n}, "${n}" ]}`).join('\n')),
    numbers.map((n, i) => ({ id: [expected[i], n] })),
  );
});

test('takes __proto__ for a plain key and the last of doubled keys', async () => {
  const [value] = await read('{"id":1,"__proto__":{"polluted":true},"id":2}');
  assert.deepEqual(JSON.stringify(value), '{"id":2,"__proto__":{"polluted":true}}');
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

test('says of an empty and of a blank file that there is nothing in it', async () => {
  await assert.rejects(read(''), isBad('empty', /file is empty/));
  await assert.rejects(read(bom), isBad('empty', /file is empty/));
  await assert.rejects(read(' \r\n\n\t'), isBad('empty', /only white space/));
});

test('says at which line the text is not JSON', async () => {
  await assert.rejects(
    read(`[${lines[0]},\n${lines[1]},\n{"id":nope}]\n`),
    isBad('bad-json', /line 3: expected a value/),
  );
  await assert.rejects(read(`[${lines[0]}]\nhello\n`), isBad('bad-json', /line 2: expected a value/));
  await assert.rejects(read('<html></html>'), isBad('bad-json', /line 1: /));
  await assert.rejects(read('{"id":nope}'), isBad('bad-json', /line 1: expected a value/));
  await assert.rejects(read('[\n1,\n"cut\n",\n2]'), isBad('bad-json', /line 3: a string with a line break/));
  const long = `[${'1,'.repeat(20_000)}x]`;
  await assert.rejects(read(long), isBad('bad-json', /at byte 40001, line 1: /));
});

for (const text of [
  '[1,]',
  '[,1]',
  '{"id":1,}',
  '[012]',
  '[1 2]',
  '[tru]',
  '{id:1}',
  "['a']",
  '["\t"]',
  '["\\x"]',
  '[1]]',
  '[+1]',
  '{"a"}',
  '[NaN]',
]) {
  test(`refuses ${JSON.stringify(text)} as JSON`, async () => {
    await assert.rejects(read(text + '\n'.repeat(40)), isBad('bad-json', /not valid JSON/));
  });
}

test('refuses bytes that are not UTF-8 and says where', async () => {
  const latin1 = Buffer.concat([Buffer.from('[{"id":"'), Buffer.from([0xe4]), Buffer.from('"}]')]);
  await assert.rejects(read(latin1), isBad('bad-encoding', /UTF-8.*between bytes 1 and 11, line 1,/));
  await assert.rejects(read(Buffer.from('[{"id":"a"}]', 'utf16le')), isBad('bad-json', /not valid JSON/));
});

test('says that the input was cut off, also inside a character, and where', async () => {
  const bytes = Buffer.from('[{"id":"€"}]');
  await assert.rejects(
    read(bytes.subarray(0, 9)),
    isBad('truncated', /ended inside a value, at byte 9, line 1, after 0/),
  );
  const second = Buffer.concat([Buffer.from('{"id":1}\n'), bytes.subarray(1, 9)]);
  await assert.rejects(read(second), isBad('truncated', /at byte 17, line 2, after 1 whole events/));
});

test('refuses a file whose only value is nothing like events, and says what it is', async () => {
  const outline = /things.*array of events.*id.*one object with the keys "vehicle_status", "x" instead/;
  await assert.rejects(read('{"vehicle_status":[{"id":1}],"x":1}'), isBad('unexpected-shape', outline));
  await assert.rejects(read('"text"'), isBad('unexpected-shape', /a single string/));
  await assert.rejects(read('12'), isBad('unexpected-shape', /a single number/));
  await assert.rejects(read('null'), isBad('unexpected-shape', /a single null/));
  await assert.rejects(read('{}'), isBad('unexpected-shape', /an empty object/));
  await assert.rejects(
    read('{"things":{"id":1}}'),
    isBad('unexpected-shape', /array of events under the key "things"/),
  );
});

test('refuses an event larger than the limit, however it is cut', async () => {
  const fits = JSON.stringify([{ id: 'x'.repeat(900) }]);
  assert.equal((await read(fits, { maxEventBytes: 1000 })).length, 1);
  const texts = [
    JSON.stringify([{ id: 'x'.repeat(1000) }]),
    JSON.stringify([{ id: Array(600).fill(1) }]),
    JSON.stringify({ id: 1, big: 'x'.repeat(1000) }),
    `{"ignored":"${'x'.repeat(40_000)}"`,
    `{"id":1}\n{"id":"${'x'.repeat(40_000)}"}`,
    `["${' '.repeat(40_000)}"`,
  ];
  for (const text of texts) {
    const large = isBad('event-too-large', /larger than/);
    await assert.rejects(read(text, { maxEventBytes: 1000 }), large, text.slice(0, 40));
    const small = { ...options, maxEventBytes: 1000, windowBytes: 64 };
    await assert.rejects(values(readEvents(chunked(Buffer.from(text), 7), small)), large);
  }
});

test('reads over what follows the events, however large it is, and refuses it when it is no JSON', async () => {
  const more = `"big":"${'x'.repeat(3_000)}","list":[${'{"things":[{"id":0}]},'.repeat(300)}1]`;
  const small = { maxEventBytes: 100, windowBytes: 50 };
  assert.deepEqual(await read(`{"things":[{"id":1}],${more}}`, small), [{ id: 1 }]);
  const key = '"th\\u0069ngs"';
  assert.deepEqual(await read(`{"things":[{"id":1}],${more},${key}:[{"id":2}]}`, small), [{ id: 1 }, { id: 2 }]);
  assert.deepEqual(await read(`{${key}:[{"id":2}]}`, small), [{ id: 2 }]);
  for (const wrong of [',', ',"a"', ' 1', ',"a":01', ',"a":"\t"', ',"a":tru', ',}', ']']) {
    await assert.rejects(
      read(`{"things":[{"id":1}]${wrong}}`, small),
      isBad('bad-json', /not valid JSON at byte/),
      wrong,
    );
  }
  const latin1 = Buffer.from('{"things":[],"a":"\xe4"}', 'latin1');
  await assert.rejects(read(latin1), isBad('bad-encoding', /UTF-8/));
});

test('refuses nesting that would overflow the stack, in an event and in what is ignored', async () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  assert.equal((await read(`[${nested(200)}]`)).length, 1);
  await assert.rejects(read(`[${nested(201)}]`), isBad('too-deep', /nested deeper than 200/));
  await assert.rejects(read(`{"things":[],"x":${nested(201)}}`), isBad('too-deep', /nested deeper than 200/));
  const deep = '['.repeat(1_000_000);
  await assert.rejects(read(deep), isBad('too-deep', /nested deeper/));
  await assert.rejects(read(`{"things":[],"x":${deep}`), isBad('too-deep', /nested deeper/));
  await assert.rejects(read('{"a":'.repeat(1_000_000)), isBad('too-deep', /nested deeper/));
});

test('stops at an abort between chunks and closes its input', async () => {
  const controller = new AbortController();
  let closed = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.from(`${lines[0]}\n`);
    } finally {
      closed = true;
    }
  }
  const stream = readEvents(endless(), { ...options, signal: controller.signal });
  await assert.rejects(async () => {
    for await (const _ of stream) controller.abort(new Error('enough'));
  }, /enough/);
  assert.ok(closed);
});

test('streams 200,000 events of one line and of one array in bounded memory', async () => {
  async function* many(before: string, between: string, after: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(before);
    const block = Array(1000)
      .fill(JSON.stringify({ id: 'x'.repeat(200), list: [1, 2, 3] }))
      .join(between);
    for (let n = 0; n < 200; n += 1) yield Buffer.from((n === 0 ? '' : between) + block);
    yield Buffer.from(after);
  }
  for (const [before, between, after] of [
    ['', '\n', '\n'],
    ['{"things":[', ',', ']}'],
  ] as const) {
    const start = process.memoryUsage().rss;
    let peak = 0;
    let count = 0;
    for await (const events of readEvents(many(before, between, after), options)) {
      count += events.length;
      peak = Math.max(peak, process.memoryUsage().rss - start);
    }
    assert.equal(count, 200_000);
    // 47 MB of text and its objects, garbage not yet collected included.
    assert.ok(peak < 120 * 2 ** 20, `grew by ${Math.round(peak / 2 ** 20)} MiB`);
  }
});
