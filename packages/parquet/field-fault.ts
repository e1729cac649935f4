import { BadInputError } from '#contracts/errors.js';
import { printable } from './printable.js';

/** A value that its column cannot take. @param row counted from 0 */
export function failValue(column: string, row: number, what: string): never {
  throw new BadInputError('bad-value', `${printable(column)} in row ${row} (counted from 0) ${what}`);
}
