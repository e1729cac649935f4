import { printable } from './printable.js';

/** What a line of a log says. */
export interface LogText {
  /** ISO-8601. */
  readonly at: string;
  readonly level: string;
  readonly attempt: number;
  readonly message: string;
  /** Any JSON value; the fields of an object are written. */
  readonly fields?: unknown;
}

/** Of what a line has beyond its first row. No message can look like a line of its own: those begin with their time. */
const indent = '    ';

/**
 * A line as text: time, level, attempt, message, then the fields as `name=value`, a text as JSON where it is not one plain word. What follows
 * the first line break of the message is indented, and so are fields whose text has several rows (a stack), which come last.
 * Whatever else does not print is shown as its code.
 */
export function plainLine({ at, level, attempt, message, fields }: LogText): string {
  const all = typeof fields === 'object' && fields !== null ? Object.entries(fields) : [];
  const short = all
    .filter(([, value]) => !hasRows(value))
    .map(([name, value]) => `${wordOf(name)}=${shortValue(value)}`);
  const broken = all
    .filter(([, value]) => hasRows(value))
    .map(([name, value]) => `${wordOf(name)}=${trimmed(String(value))}`);
  const head = [at, level.padEnd(5), `#${attempt}`, trimmed(message), ...short].filter(Boolean).join(' ');
  return [head, ...broken]
    .join('\n')
    .split('\n')
    .map((row) => row.split('\t').map(printable).join('\t'))
    .join(`\n${indent}`);
}

/** Without blanks and line breaks at its end. */
const trimmed = (text: string): string => shownText(text).trimEnd();
const hasRows = (value: unknown): boolean => typeof value === 'string' && value.includes('\n');
const shortValue = (value: unknown): string => (typeof value === 'string' ? wordOf(value) : JSON.stringify(value));
const wordOf = (text: string): string => (/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text));

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const movesCursor = /[\r\u001b\b]/;

/**
 * A text as a terminal would leave it: what a progress bar wrote over with `\r` is gone, colours are, and characters that
 * move the cursor.
 */
export function shownText(text: string): string {
  if (!movesCursor.test(text)) return text;
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is taken out
      .replaceAll(/\u001b\[[0-9;?]*[A-Za-z]|[\u001b\b]/g, '')
      .replaceAll('\r\n', '\n')
      .split('\n')
      .map((row) => row.split('\r').findLast((part) => part.trim() !== '') ?? '')
      .join('\n')
  );
}
