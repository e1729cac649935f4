import { createHash } from 'node:crypto';
import { type BigIntStats, closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { BadInputError, FileChangedError, messageOf } from '#contracts/errors.js';
import { toFileError } from '#contracts/file-errors.js';
import { liesInside, readFlags } from '#inbox/inside-inbox.js';
import type { FoundFile } from './walk.js';

/** What came of hashing a file. */
export type Hashed =
  /** SHA-256 in lower-case hex, of the bytes of the size and mtime asked for. */
  | { readonly kind: 'hashed'; readonly sha256: string }
  /** It has another size or mtime now, or got one while it was read. */
  | { readonly kind: 'changed'; readonly file: FoundFile }
  /** Nothing lies at the path that the inbox takes, or it is only reached by a symbolic link. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'failed'; readonly message: string };

/** Read into again and again, whatever the file's size. */
const buffer = Buffer.allocUnsafe(1 << 20);
/** Bytes after which a large file lets others have a turn. */
const turn = 8 << 20;

/**
 * SHA-256 of a file's bytes, in constant memory. Size and mtime of the open file are compared with those of `file`,
 * before and after. Yields between stretches of a large file and blocks otherwise: for a thread of its own, where
 * the five system calls of a small file cost a fifth of what a stream does and the hash is nine tenths of the work.
 */
export function* hash(inboxDir: string, file: FoundFile): Generator<undefined, Hashed, undefined> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(join(inboxDir, file.path), readFlags);
    const before = fstatSync(descriptor, { bigint: true });
    if (!before.isFile() || !liesInside(descriptor, before, inboxDir, file.path)) return { kind: 'gone' };
    if (hasMoved(before, file)) return { kind: 'changed', file: at(file.path, before) };
    const digest = createHash('sha256');
    const size = Number(file.size);
    let position = 0;
    let pause = turn;
    while (position < size) {
      const read = readSync(descriptor, buffer, 0, buffer.length, position);
      if (read === 0) break;
      digest.update(read === buffer.length ? buffer : buffer.subarray(0, read));
      position += read;
      if (position < pause) continue;
      pause += turn;
      yield;
    }
    const after = fstatSync(descriptor, { bigint: true });
    if (hasMoved(after, file)) return { kind: 'changed', file: at(file.path, after) };
    if (position !== size) return { kind: 'failed', message: `${file.path}: expected ${size} bytes, read ${position}` };
    return { kind: 'hashed', sha256: digest.digest('hex') };
  } catch (error) {
    return failure(error, file.path);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

const hasMoved = (stats: BigIntStats, file: FoundFile): boolean =>
  stats.size !== file.size || stats.mtimeNs !== file.mtimeNs;

const at = (path: string, { size, mtimeNs }: BigIntStats): FoundFile => ({ path, size, mtimeNs });

function failure(error: unknown, path: string): Hashed {
  const fault = toFileError(error, path);
  if (fault instanceof FileChangedError) return { kind: 'gone' };
  if (fault instanceof BadInputError) return { kind: 'forbidden' };
  return { kind: 'failed', message: messageOf(fault) };
}
