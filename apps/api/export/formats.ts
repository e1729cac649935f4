import { Readable } from 'node:stream';
import { writeCsvStream } from 'hucre/csv';
import { writeXlsxStream } from 'hucre/xlsx';
import type { ColumnKind, ExportTable, ExportValue } from '#database/queries/image-export.js';

/** How a table leaves as a file. */
export interface ExportFormat {
  readonly extension: string;
  readonly mediaType: string;
  /** The media type with what a reader has to know beside it. */
  readonly contentType: string;
  /** The file's bytes, made as they are read. Rows are pulled no faster; ending the stream ends the rows. */
  write(table: ExportTable, pages: AsyncIterable<readonly ExportValue[][]>): Readable;
}

/**
 * RFC 4180 in UTF-8, first the names of the columns. A text that a spreadsheet would take for a formula (it begins with
 * `=`, `+`, `-`, `@`, `|`, a tab or a line break) gets a `'` before it; all other texts stay as they are.
 */
const csv: ExportFormat = {
  extension: 'csv',
  mediaType: 'text/csv',
  contentType: 'text/csv; charset=utf-8',
  write: ({ columns }, pages) =>
    Readable.fromWeb(
      writeCsvStream(
        eachRow(pages, (row) => [...row]),
        {
          headers: columns.map((column) => column.name),
          escapeFormulae: true,
        },
      ),
    ),
};

const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/**
 * Office Open XML: days as dates, texts as texts (never formulas), and a further sheet where one is full (1,048,576
 * rows). Fails where a sheet or the whole would pass 4 GiB: not all programs can read what lies beyond.
 */
const xlsx: ExportFormat = {
  extension: 'xlsx',
  mediaType: xlsxType,
  contentType: xlsxType,
  write({ name, columns }, pages) {
    const kinds = columns.map((column) => column.kind);
    return Readable.fromWeb(
      writeXlsxStream(
        eachRow(pages, (row) => row.map((value, place) => toCell(value, kinds[place]))),
        {
          name,
          columns: columns.map(({ name: header, kind }) => ({
            header,
            ...(kind === 'day' ? { style: { numFmt: 'yyyy-mm-dd' } } : {}),
          })),
          freezePane: { rows: 1 },
        },
      ),
    );
  },
};

/** The formats by the extension that asks for them. */
export const exportFormats = [csv, xlsx] as const;

/**
 * What has to be escaped beyond what the library does: an underscore that would make what follows look escaped (as in
 * `_x0041_`), and the two characters that XML does not know. Source: ECMA-376-1 §22.9.2.19; XML 1.0 §2.2.
 */
const unescaped = /_(?=x[0-9A-Fa-f]{4}_)|[\ufffe\uffff]/g;
const escaped = (character: string): string =>
  `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;

function toCell(value: ExportValue, kind: ColumnKind | undefined): string | number | Date {
  if (typeof value === 'number') return value;
  return kind === 'day' ? new Date(`${value}T00:00:00Z`) : value.replace(unescaped, escaped);
}

async function* eachRow<T>(
  pages: AsyncIterable<readonly ExportValue[][]>,
  toRow: (row: readonly ExportValue[]) => T,
): AsyncGenerator<T, void, undefined> {
  for await (const page of pages) yield* page.map(toRow);
}
