import { Readable } from 'node:stream';
import type { ColumnKind, ExportFormat, ExportPages, ExportTable, ExportValue } from './formats.js';

/**
 * RFC 4180 in UTF-8, first the names of the columns, no line break after the last row; a missing value is nothing between
 * two commas, an empty text `""`, as PostgreSQL writes and reads them. A text that a spreadsheet would take for a formula (it
 * begins with `=`, `+`, `-`, `@`, `|`, a tab or a line break) gets a `'` before it; all other texts stay as they are.
 *
 * Written here because hucre 1.0 and csv-stringify 6.9 write a missing value and an empty text alike, and the latter leaves
 * a text with a line feed unquoted where lines end in CR LF.
 */
export const csv: ExportFormat = {
  extension: 'csv',
  mediaType: 'text/csv',
  contentType: 'text/csv; charset=utf-8',
  names: 'columns',
  write: (table, pages) => Readable.from(lines(table, pages), { objectMode: false, highWaterMark: 2 ** 16 }),
};

async function* lines({ columns }: ExportTable, pages: ExportPages): AsyncGenerator<string, void, undefined> {
  const kinds = columns.map(({ kind }) => kind);
  yield lineOf(
    columns.map(({ name }) => name),
    [],
  );
  for await (const page of pages) yield page.map((row) => `\r\n${lineOf(row, kinds)}`).join('');
}

const lineOf = (row: readonly ExportValue[], kinds: readonly ColumnKind[]): string =>
  row.map((value, at) => fieldOf(value, kinds[at])).join(',');

function fieldOf(value: ExportValue, kind: ColumnKind | undefined): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const text = kind === 'text' && /^[=+\-@|\t\r\n]/.test(value) ? `'${value}` : value;
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
