import { BadInputError } from '#contracts/errors.js';

/** Deeper nesting is refused: no event is so deep, and writing such a value out again would overflow the stack. */
export const maxDepth = 200;

/** The refusal of values nested deeper than {@link maxDepth}. @param position where, as `byte 12, line 3` */
export function tooDeep(position: string): BadInputError {
  return new BadInputError(
    'too-deep',
    `the value at ${position} is nested deeper than ${maxDepth} levels; expected flat event objects: check what wrote the file`,
  );
}

/** The refusal of a single event, or of what stands before the events, that is larger than `maxBytes`. */
export function tooLarge(maxBytes: number): BadInputError {
  return new BadInputError(
    'event-too-large',
    `one event is larger than ${maxBytes} bytes, the most that is accepted; ` +
      'expected many small event objects: check for a missing bracket or quote, or split the event',
  );
}

/** The refusal of a text that is no JSON. @param position where, as `byte 12, line 3` */
export function badJson(position: string, reason: string): BadInputError {
  return new BadInputError('bad-json', `not valid JSON at ${position}: ${reason}; mend the file and drop it again`);
}

/** The refusal of a value that begins on a line where another one ends. @param position of the second value */
export function notAlone(position: string): BadInputError {
  return badJson(position, 'expected the end of the line, because each value needs lines of its own');
}

/** The refusal of bytes that are not UTF-8. @param position between which bytes */
export function badEncoding(position: string): BadInputError {
  const message = `expected text in UTF-8, but ${position} are bytes that are not; save the file as UTF-8 and drop it again`;
  return new BadInputError('bad-encoding', message);
}

/** The refusal of a text that ends inside a value. @param events whole ones before */
export function truncated(position: string, events: number): BadInputError {
  const message = `the input ended inside a value, at ${position}, after ${events} whole events: the file was cut off; drop the whole file again`;
  return new BadInputError('truncated', message);
}

/** The refusal of a file without a value. @param isBlank it has white space */
export function noValue(isBlank: boolean): BadInputError {
  const found = isBlank ? 'holds only white space' : 'is empty';
  return new BadInputError(
    'empty',
    `expected JSON events, but the file ${found}; drop the file with its content again`,
  );
}

/** The refusal of a wrapping object whose events are no array. */
export function wrapperIsNoArray(wrapperKeys: readonly string[]): BadInputError {
  const key = wrapperKeys.map((name) => `"${name}"`).join(' or ');
  return new BadInputError(
    'unexpected-shape',
    `expected an array of events under the key ${key}, but another kind of value stands there; ` +
      `put the events in square brackets`,
  );
}
