import { Readable } from 'node:stream';
import type { ExportColumn, ExportFormat, ExportPages, ExportTable, ExportValue } from './formats.js';

/** A JSON object per line, with the fields that lists have; a line feed after each. */
export const ndjson: ExportFormat = {
  extension: 'ndjson',
  mediaType: 'application/x-ndjson',
  contentType: 'application/x-ndjson; charset=utf-8',
  names: 'fields',
  write: (table, pages) => Readable.from(lines(table, pages), { objectMode: false, highWaterMark: 2 ** 16 }),
};

async function* lines({ columns }: ExportTable, pages: ExportPages): AsyncGenerator<string, void, undefined> {
  const names = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  const lineOf = (row: readonly ExportValue[]): string =>
    `{${row.map((value, at) => `${names[at]}${jsonOf(value, columns[at])}`).join(',')}}\n`;
  for await (const page of pages) yield page.map(lineOf).join('');
}

/** JSON has no words for numbers that are none: they are texts. */
function jsonOf(value: ExportValue, column: ExportColumn | undefined): string {
  if (typeof value === 'string' && column?.kind === 'json') return value;
  return JSON.stringify(typeof value === 'number' && !Number.isFinite(value) ? String(value) : value);
}
