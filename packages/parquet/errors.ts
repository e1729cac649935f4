import { BadInputError, messageOf } from '#contracts/errors.js';
import { printable } from '#contracts/printable.js';

/** The file is sound but uses a part of the format that is not read here; the message says what to write instead. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

/** Most characters of a name that a message repeats. */
const maxNameChars = 100;

/** A name out of a file as a message may show it, cut when it is long. */
export function printableName(name: string): string {
  const chars = [...name];
  return printable(chars.length > maxNameChars ? `${chars.slice(0, maxNameChars).join('')}…` : name);
}

/** A value that its column cannot take. @param row counted from 0 */
export function failValue(column: string, row: number, what: string): never {
  throw new BadInputError('bad-value', `${printableName(column)} in row ${row} (counted from 0) ${what}`);
}

/** What is wrong with damaged bytes, for people; what only says where a decoder stumbled over them is left out. */
export function describeDamage(error: unknown): string {
  const stumbled = error instanceof TypeError || error instanceof RangeError;
  return stumbled ? 'its bytes make no sense' : messageOf(error);
}
