import type { LogLine } from '../../generated/api.js';

/** A row of the log as it is drawn: a line, a further line of its message, or where an attempt begins. */
export type LogRow =
  | { readonly kind: 'line'; readonly key: string; readonly line: LogLine; readonly text: string; readonly nth: number }
  | { readonly kind: 'attempt'; readonly key: string; readonly attempt: number };

/** Of one message; what is longer is in the copy and the download. */
const maxRows = 300;
const maxLength = 4_000;

const rowsOfLine = new WeakMap<LogLine, readonly LogRow[]>();

/** The rows of some lines, each as high as the others, so that a page of any length knows where it is. */
export function rowsOf(lines: readonly LogLine[], isPartial: boolean): readonly LogRow[] {
  const rows: LogRow[] = [];
  let attempt: number | undefined = isPartial ? lines[0]?.attempt : undefined;
  for (const line of lines) {
    if (line.attempt !== attempt) {
      attempt = line.attempt;
      rows.push({ kind: 'attempt', key: `attempt ${attempt} ${line.id}`, attempt });
    }
    rows.push(...rowsOfOne(line));
  }
  return rows;
}

function rowsOfOne(line: LogLine): readonly LogRow[] {
  const known = rowsOfLine.get(line);
  if (known) return known;
  const texts = shownText(line.message).split('\n');
  const shown = texts
    .slice(0, maxRows)
    .map((text) => (text.length > maxLength ? `${text.slice(0, maxLength)} …` : text));
  if (texts.length > maxRows) shown.push(`… ${texts.length - maxRows} more lines: copy or download the log`);
  const rows = shown.map((text, nth): LogRow => ({ kind: 'line', key: `${line.id} ${nth}`, line, text, nth }));
  rowsOfLine.set(line, rows);
  return rows;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const movesCursor = /[\r\u001b\b]/;

/**
 * A message as a terminal would leave it: what a progress bar wrote over with `\r` is gone, colours are, and characters that
 * move the cursor.
 */
export function shownText(message: string): string {
  if (!movesCursor.test(message)) return message;
  return (
    message
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is taken out
      .replaceAll(/\u001b\[[0-9;?]*[A-Za-z]|[\u001b\b]/g, '')
      .replaceAll('\r\n', '\n')
      .split('\n')
      .map((text) => text.split('\r').findLast((part) => part.trim() !== '') ?? '')
      .join('\n')
  );
}

/** The values of a line in short: `rows=12 file=a.parquet`. */
export function fieldsText(fields: unknown): string {
  if (typeof fields !== 'object' || fields === null) return '';
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

/** Of what a copied line has beyond its first row, so that it does not look like another line. */
const indent = '    ';
/** What does not print, or steers a terminal; tabs do print. */
const unprintable = /(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu;

/** A line as it is copied: as in the file that the API makes of the whole log (apps/api/runs/log-formats.ts, docs/history.md). */
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
    .map((row) => row.replaceAll(unprintable, codeOf))
    .join(`\n${indent}`);
}

const trimmed = (text: string): string => shownText(text).trimEnd();
const hasRows = (value: unknown): boolean => typeof value === 'string' && value.includes('\n');
const shortValue = (value: unknown): string => (typeof value === 'string' ? wordOf(value) : JSON.stringify(value));
const wordOf = (text: string): string => (/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text));
const codeOf = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
