import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadInputError } from '#contracts/errors.js';
import { readEvents } from './read-events.js';

const shape = { wrapperKey: ['drive', 'drives', 'view', 'views'], eventKeys: ['id', 'drive'], sections: true };

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

/** What a text holds, as `section id`. */
async function read(text: string, bytes = 1 << 20, windowBytes = 1 << 18): Promise<string[]> {
  const found: string[] = [];
  for await (const events of readEvents(chunked(Buffer.from(text), bytes), { ...shape, windowBytes })) {
    for (const { section, value, ordinal } of events) {
      assert.equal(ordinal, found.length);
      assert.ok(typeof value === 'object' && value !== null && 'id' in value);
      found.push(`${section ?? '-'} ${String(value.id)}`);
    }
  }
  return found;
}

const layouts: Readonly<Record<string, readonly [text: string, found: readonly string[]]>> = {
  'lists in any order': [
    '{"views": [{"id": 1}, {"id": 2}], "note": "x", "drives": [{"id": 3}]}',
    ['views 1', 'views 2', 'drives 3'],
  ],
  'an object as the one event of its section': [
    '{"drive": {"id": 1, "views": [9]}, "views": [{"id": 2, "drive": "1"}]}',
    ['drive 1', 'views 2'],
  ],
  'objects only': ['{"views": {"id": 1}, "drive": {"id": 2}}', ['views 1', 'drive 2']],
  'something else under a key of a section, before and behind': [
    '{"drive": "7", "views": [{"id": 1}], "drives": null, "view": {"id": 2}, "drive": 3}',
    ['views 1', 'view 2'],
  ],
  'empty lists': ['{"drives": [], "views": []}', []],
  'a section twice': ['{"views": [{"id": 1}], "views": [{"id": 2}]}', ['views 1', 'views 2']],
  'lines whose events refer to a row by the name of a section': [
    '{"id": 1, "drive": "7"}\n{"id": 2, "drive": "8"}\n',
    ['- 1', '- 2'],
  ],
  'lines with sections': [
    '{"drives": [{"id": 1}], "views": {"id": 2}}\n{"drives": [{"id": 3}]}\n',
    ['drives 1', 'views 2', 'drives 3'],
  ],
  'a line with sections behind lines with events': [
    '{"id": 1, "drive": "7"}\n{"views": {"id": 2}}\n',
    ['- 1', 'views 2'],
  ],
  'a list': ['[{"id": 1, "drive": "7"}, {"id": 2}]', ['- 1', '- 2']],
  'one event over several lines': ['{\n  "id": 1,\n  "drive": "7"\n}\n', ['- 1']],
};

for (const [layout, [text, found]] of Object.entries(layouts)) {
  test(`finds ${layout}, whole and byte by byte`, async () => {
    assert.deepEqual(await read(text), found);
    assert.deepEqual(await read(text, 1, 1), found);
  });
}

const faults: Readonly<Record<string, readonly [text: string, code: string]>> = {
  'an object that is cut off': ['{"drives": [{"id": 1}], "views": {"id": 2', 'truncated'],
  'a section that is no JSON': ['{"drives": [{"id": 1}], "views": ]}', 'bad-json'],
  'an object without sections': ['{"rides": [{"name": 1}]}', 'unexpected-shape'],
};

for (const [fault, [text, code]] of Object.entries(faults)) {
  test(`refuses ${fault}`, async () => {
    for (const bytes of [1 << 20, 1]) {
      await assert.rejects(read(text, bytes, bytes), (error) => {
        assert.ok(error instanceof BadInputError);
        assert.equal(error.code, code, error.message);
        return true;
      });
    }
  });
}
