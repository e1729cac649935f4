import type { App } from './app-type.js';
import { unprocessable } from './problem.js';

/**
 * More levels than any input needs. A body may hold values of any kind, and what writes JSON (here, and PostgreSQL)
 * gives up at some thousands.
 */
const deepest = 100;

/** Reads bodies in JSON as the framework does, but refuses those that are nested too deeply before they are built. */
export function takeJson(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (isDeeperThan(deepest, body)) {
      done(unprocessable([{ path: '', message: `is nested more than ${deepest} levels deep` }]));
      return;
    }
    void parse(request, body, done);
  });
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

/** Where the text that begins at `start` ends; the end of all where it does not. */
function endOfText(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === '\\') at += 1;
    else if (json[at] === '"') return at;
  }
  return json.length;
}
