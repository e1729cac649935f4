import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { sampleParquet } from '../../../test/helpers/inbox.js';
import { waitFor } from '../../../test/helpers/wait.js';
import type { OpenContent } from '../files/open-content.js';
import { piecesOf } from '../files/send-content.js';
import { HttpProblem } from '../http/problem.js';
import { maxWaiting, Previews } from './preview.js';

/** A file that lies in memory. */
function fileOf(bytes: Uint8Array, more: Partial<OpenContent> = {}): OpenContent {
  return {
    path: 'a.parquet',
    size: bytes.length,
    etag: '"1"',
    descriptor: -1,
    async read(buffer, offset, length, position) {
      const part = bytes.subarray(position, position + length);
      buffer.set(part, offset);
      return { bytesRead: part.length };
    },
    checkVersion: async () => {},
    close: async () => {},
    ...more,
  };
}

test('a table that takes too long to read is given up and gives back its turn', async () => {
  const previews = new Previews(1);
  const sound = fileOf(sampleParquet(0));
  const slow = fileOf(sampleParquet(0), {
    async read(...part) {
      await setTimeout(20);
      return sound.read(...part);
    },
  });
  for (let n = 0; n < 3; n++) {
    const { kind, problem, table } = await previews.show(slow, null);
    assert.deepEqual([kind, problem?.code, table], ['parquet', 'too-slow', null]);
  }
  assert.equal((await new Previews().show(sound, null)).table?.rowCount, 25);
});

test('no more than some wait for the files that are being read; who comes then is told so, and all others get theirs', async () => {
  const previews = new Previews();
  const sound = fileOf(sampleParquet(0));
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begun = 0;
  const held = (): OpenContent => {
    let reads = 0;
    return fileOf(sampleParquet(0), {
      async read(...part) {
        reads += 1;
        // The first look at a file is before its turn.
        if (reads === 2) {
          begun += 1;
          await released;
        }
        return sound.read(...part);
      },
    });
  };
  const all = Array.from({ length: 2 + maxWaiting }, () => previews.show(held(), null));
  await waitFor('both to be read', async () => (begun === 2 ? true : undefined));
  await assert.rejects(previews.show(held(), null), { name: 'HttpProblem', code: 'previews-busy' });
  release();
  for (const { table } of await Promise.all(all)) assert.equal(table?.rowCount, 25);
  assert.equal((await previews.show(sound, null)).table?.rowCount, 25);
});

test('a file that is changed while it is sent breaks off before its last bytes', async () => {
  const bytes = Buffer.alloc(200_000, 'x');
  const changed = fileOf(bytes, {
    checkVersion: () => Promise.reject(new HttpProblem('file-changed', 'it was changed')),
  });
  const shorter = fileOf(bytes.subarray(0, 150_000), { size: 200_000 });
  for (const file of [changed, shorter]) {
    let sent = 0;
    await assert.rejects(async () => {
      for await (const piece of piecesOf(file)) sent += piece.length;
    });
    assert.ok(sent > 0 && sent < 200_000, `${sent} bytes`);
  }
  const parts: Buffer[] = [];
  for await (const piece of piecesOf(fileOf(bytes))) parts.push(piece);
  assert.ok(Buffer.concat(parts).equals(bytes));
});
