import { shownText } from '#contracts/log-text.js';
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

/** The values of a line in short: `rows=12 file=a.parquet`. */
export function fieldsText(fields: unknown): string {
  if (typeof fields !== 'object' || fields === null) return '';
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
