import { Type } from 'typebox';
import { readSearchWords, type SearchWords } from '#database/queries/search-words.js';
import { unprocessable } from '../../http/problem.js';
import { OneOrMore } from '../../http/schemas.js';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

/** Which lines of logs are wanted. */
export const logFilterFields = {
  level: Type.Optional(OneOrMore(logLevels, 'Level of the line')),
  text: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 500,
      description:
        'Words of the message or the fields, in upper or lower case: all of them, "a phrase", one or another, -not, begin*. A path or an id is found whole and by its parts',
      examples: ['"took over" worker', 'part-17.parquet -debug'],
    }),
  ),
};

/** @throws HttpProblem 422 when there is no word in the text */
export function readText(text: string | undefined): SearchWords | undefined {
  if (text === undefined) return undefined;
  const words = readSearchWords(text);
  if (words) return words;
  const message = `must have a word that lines are to have, of letters or digits; got ${JSON.stringify(text)}`;
  throw unprocessable([{ path: 'text', message }]);
}
