import { type ParseArgsConfig, parseArgs } from 'node:util';
import { messageOf, SetupError } from '#contracts/errors.js';

type KnownOptions = NonNullable<ParseArgsConfig['options']>;
type OptionValues<O extends KnownOptions> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; strict: true; allowPositionals: false }>
>['values'];

/** Reads arguments of which none may be unknown; throws a SetupError of one line about the first that is wrong. */
export function parseStrictly<O extends KnownOptions>(args: readonly string[], options: O): OptionValues<O> {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw new SetupError(messageOf(cause).replaceAll('\n', ' '), { cause });
  }
}

/** What a whole number may be. */
interface NumberRange {
  /** Taken when none is given. */
  readonly standard: number;
  readonly least: number;
  readonly most: number;
  /** Helps those who gave another. */
  readonly note?: string;
}

/** @throws SetupError when what was given is no whole number of the range */
export function wholeNumber(name: string, given: unknown, { standard, least, most, note }: NumberRange): number {
  if (given === undefined) return standard;
  const value = Number(given);
  if (/^\d+$/.test(String(given)) && value >= least && value <= most) return value;
  throw new SetupError(
    `--${name} is ${JSON.stringify(given)}: expected a whole number from ${least} to ${most}` +
      (note === undefined ? '' : ` (${note})`),
  );
}

/** @throws SetupError when what was given is none of the known ones */
export function oneOf<T extends string>(name: string, given: string, known: readonly T[]): T {
  const found = known.find((each) => each === given);
  if (found === undefined) throw new SetupError(`--${name} is "${given}": expected ${known.join(' or ')}`);
  return found;
}

/** Settings that were given as NAME=value. @throws SetupError when one was not */
export function environment(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(given.map((each) => pairOf('env', each, 'NAME=value')));
}

/** The two sides of the first `=`. @throws SetupError when there is none */
export function pairOf(name: string, given: string, expected: string): readonly [string, string] {
  const [left = '', right] = given.split(/=(.*)/s);
  if (right === undefined) throw new SetupError(`--${name} is "${given}": expected ${expected}`);
  return [left, right];
}
