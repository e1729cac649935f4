import assert from 'node:assert/strict';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileChunks } from './file-chunks.js';

const chunk = 256 * 1024;

/** Reads as many bytes as asked for of a file that has another number of them. */
async function read(bytes: Buffer, size: number): Promise<{ whole: Buffer; sizes: number[] }> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-chunks-'));
  await writeFile(join(dir, 'file'), bytes);
  const handle = await open(join(dir, 'file'));
  try {
    const parts: Buffer[] = [];
    // Each piece is copied while it is valid.
    for await (const part of fileChunks({ content: handle, size })) parts.push(Buffer.from(part));
    return { whole: Buffer.concat(parts), sizes: parts.map((part) => part.length) };
  } finally {
    await handle.close();
    await rm(dir, { recursive: true });
  }
}

test('gives all bytes of a file, in pieces that do not grow with it', async () => {
  for (const size of [0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk + 17]) {
    const bytes = Buffer.from(Array.from({ length: size }, (_, n) => (n * 31 + (n >> 12)) & 0xff));
    const { whole, sizes } = await read(bytes, size);
    assert.ok(whole.equals(bytes), `${size} bytes`);
    assert.equal(sizes.length, Math.ceil(size / chunk));
  }
});

test('stops at the size that is known, and at the end of a file that has become shorter', async () => {
  const bytes = Buffer.alloc(chunk + 100, 'x');
  assert.equal((await read(bytes, chunk + 10)).whole.length, chunk + 10);
  assert.equal((await read(bytes, 3 * chunk)).whole.length, bytes.length);
  assert.equal((await read(Buffer.alloc(0), 10)).whole.length, 0);
});

test('can be left early, while the next piece is being read', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-chunks-'));
  await writeFile(join(dir, 'file'), Buffer.alloc(3 * chunk));
  const handle = await open(join(dir, 'file'));
  for await (const part of fileChunks({ content: handle, size: 3 * chunk })) {
    assert.equal(part.length, chunk);
    break;
  }
  await handle.close();
  await rm(dir, { recursive: true });
});
