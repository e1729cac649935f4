import type { App } from './app-type.js';
import { endOfText } from './json-text.js';
import { findLostNumber, type LostNumber } from './lost-numbers.js';
import { unprocessable } from './problem.js';

/**
 * More levels than any input needs. A body may hold values of any kind, and what writes JSON (here, and PostgreSQL)
 * gives up at some thousands.
 */
const deepest = 100;

/**
 * Reads bodies in JSON as the framework does, but refuses those that are nested too deeply before they are built, and those with a number
 * that would be read as another one.
 */
export function takeJson(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (isDeeperThan(deepest, body)) {
      done(unprocessable([{ path: '', message: `is nested more than ${deepest} levels deep` }]));
      return;
    }
    void parse(request, body, (error, value) => {
      const lost = error ? undefined : findLostNumber(body);
      done(lost ? unprocessable([{ path: lost.path, message: wordsOf(lost) }]) : error, value);
    });
  });
}

function wordsOf({ text, value }: LostNumber): string {
  const written = text.length > 60 ? `${text.slice(0, 50)}… (${text.length} characters)` : text;
  return (
    `must be a number that is kept as it is written; got ${written}, which would be read as ${value}. ` +
    `Whole numbers are exact up to ${Number.MAX_SAFE_INTEGER}; send a longer one as a text, where that is taken`
  );
}

/** Looks at brackets outside of texts only; whether the rest is JSON is left to the parser. */
function isDeeperThan(most: number, json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '"') {
      at = endOfText(json, at);
    } else if (character === '[' || character === '{') {
      depth += 1;
      if (depth > most) return true;
    } else if (character === ']' || character === '}') {
      depth -= 1;
    }
  }
  return false;
}
