/** What a text that people type asks for, as PostgreSQL takes it. */
export interface SearchWords {
  /** For `websearch_to_tsquery`: words, "phrases", or, -word. */
  readonly words: string;
  /** For `to_tsquery`: beginnings of words; undefined without any. */
  readonly beginnings: string | undefined;
}

/** What ops.plain_words takes for blanks. */
const separators = /[/.\-_@<&+]+/g;
/** Not a letter, a digit, or part of what belongs to a letter. */
const notWord = /[^\p{L}\p{N}\p{M}]+/gu;

/**
 * Reads a text like `loaded "two words" part-17.parquet -debug custom*`. All of it must be in a line, in upper or lower case: words
 * in any order, a phrase and the parts of a path or an id side by side; `or` between two words, and `*` at the end of one for its
 * beginning.
 * @returns undefined when there is nothing in it to look for
 */
export function readSearchWords(text: string): SearchWords | undefined {
  const words: string[] = [];
  const beginnings: string[] = [];
  let isAnything = false;
  for (const [, minus = '', phrase, plain = ''] of text.matchAll(/(-?)(?:"([^"]*)"?|([^\s"]+))/g)) {
    const parts = (phrase ?? plain).replaceAll(separators, ' ').split(notWord).filter(Boolean);
    if (parts.length === 0) continue;
    isAnything ||= minus === '' && !/^or$/i.test(plain);
    if (phrase === undefined && plain.endsWith('*')) {
      const lexemes = parts.map((part) => `'${part}'`).join(' <-> ');
      beginnings.push(`${minus === '' ? '' : '!'}(${lexemes}:*)`);
    } else {
      words.push(/^or$/i.test(plain) ? 'or' : `${minus}"${parts.join(' ')}"`);
    }
  }
  if (!isAnything) return undefined;
  return { words: words.join(' '), beginnings: beginnings.length === 0 ? undefined : beginnings.join(' & ') };
}
