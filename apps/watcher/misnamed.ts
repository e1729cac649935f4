import { isUtf8 } from 'node:buffer';
import { readdirSync } from 'node:fs';

/**
 * The names in a folder that are not UTF-8, and so cannot be written in the ledger: printable, each byte that is not
 * ASCII as `\xE4`. Blocks, see `walk`.
 */
export function readMisnamed(folder: string): string[] {
  return readdirSync(folder, { encoding: 'buffer' })
    .filter((name) => !isUtf8(name))
    .map((name) => [...name].map(printable).join(''));
}

const printable = (byte: number): string =>
  byte >= 0x20 && byte < 0x7f && byte !== 0x5c
    ? String.fromCharCode(byte)
    : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** Node reads a name that is not UTF-8 with this in the place of what it cannot read; few other names have it. */
const replacement = '\ufffd';

/** Whether a name, as Node reads it, may not be the one on the disk. */
export const mayBeMisnamed = (name: string): boolean => name.includes(replacement);
