import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadInputError } from '#contracts/errors.js';
import { positionIn } from './position.js';
import { readEvents } from './read-events.js';

/** The message with which a file of these bytes is refused. */
async function refusalOf(bytes: Buffer): Promise<string> {
  async function* chunks(): AsyncGenerator<Buffer> {
    yield bytes;
  }
  try {
    for await (const _events of readEvents(chunks(), { wrapperKey: 'events' }));
  } catch (error) {
    assert.ok(error instanceof BadInputError);
    return error.message;
  }
  throw new Error('it was not refused');
}

test('the position is read out of every refusal that names one', async () => {
  const cases: readonly [Buffer, number, number][] = [
    [Buffer.from('[\n{"a": 1},\n{"a": oh}\n]'), 18, 3],
    [Buffer.from('[\n{"a": 1},\n{"a"'), 16, 3],
    [Buffer.from(`[\n${'['.repeat(300)}`), 202, 2],
    [Buffer.from([...Buffer.from('[\n{"a": "'), 0xff, ...Buffer.from('"}]')]), 2, 2],
  ];
  for (const [bytes, byte, line] of cases) {
    const message = await refusalOf(bytes);
    const position = positionIn(message);
    assert.ok(position, message);
    assert.equal(position.line, line, message);
    assert.ok(Math.abs(position.byte - byte) <= 2, message);
  }
  assert.equal(positionIn('the file is empty'), undefined);
});
