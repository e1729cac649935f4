import { BadInputError } from '#contracts/errors.js';
import { printableName } from './printable-name.js';

/** A value that its column cannot take. @param row counted from 0 */
export function failValue(column: string, row: number, what: string): never {
  throw new BadInputError('bad-value', `${printableName(column)} in row ${row} (counted from 0) ${what}`);
}
