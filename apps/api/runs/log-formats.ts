import { printable } from '#contracts/printable.js';
import type { LogLine } from '#database/queries/run-logs.js';

/** How a log leaves as a file. */
export interface LogFormat {
  /** How its address ends. */
  readonly ending: string;
  /** How the file's name ends. */
  readonly extension: string;
  readonly mediaType: string;
  /** The media type with what a reader has to know beside it. */
  readonly contentType: string;
  /** For the OpenAPI document. */
  readonly about: string;
  /** A line of the log, with the line feed after it. */
  write(line: LogLine): string;
}

const ndjson: LogFormat = {
  ending: 'ndjson',
  extension: 'ndjson',
  mediaType: 'application/x-ndjson',
  contentType: 'application/x-ndjson; charset=utf-8',
  about: 'A JSON object per line, with the fields that the list has.',
  write: (line) => `${JSON.stringify(line)}\n`,
};

const text: LogFormat = {
  ending: 'txt',
  extension: 'log',
  mediaType: 'text/plain',
  contentType: 'text/plain; charset=utf-8',
  about:
    'Each line begins with its time; then come level, attempt, message, and fields as name=value. Further rows of a message or of a ' +
    'field (a stack) are indented by four spaces, and other control characters are shown as codes, so no message looks like two lines.',
  write: (line) => `${plainLine(line)}\n`,
};

export const logFormats: readonly LogFormat[] = [text, ndjson];

/** Of what a line has beyond its first row. No message can look like a line of its own: those begin with their time. */
const indent = '    ';

/**
 * A line as text: time, level, attempt, message, then the fields as `name=value`, a text as JSON where it is not one plain word. What follows
 * the first line break of the message is indented, and so are fields whose text has several rows (a stack), which come last.
 * Whatever else does not print is shown as its code. The console writes lines that are copied in the same way
 * (apps/console/pages/run/log-rows.ts).
 */
export function plainLine({ at, level, attempt, message, fields }: LogLine): string {
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

/** A text as a terminal would leave it: what a progress bar wrote over with `\r` is gone, and colours are. */
function shownText(text: string): string {
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
