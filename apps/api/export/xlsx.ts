import { Readable } from 'node:stream';
import { writeXlsxStream } from 'hucre/xlsx';
import type { ColumnKind, ExportFormat, ExportPages, ExportValue } from './formats.js';

const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** How cells of a kind are shown where they are dates. */
const dateFormats: Readonly<Partial<Record<ColumnKind, string>>> = {
  day: 'yyyy-mm-dd',
  moment: 'yyyy-mm-dd hh:mm:ss.000',
};

/**
 * Office Open XML: texts as texts (never formulas), numbers and dates as such where a cell can hold them exactly (15
 * digits, whole milliseconds in UTC, from March 1900), else as texts. A further sheet where one is full (1,048,576 rows).
 * Fails where a sheet or the whole would pass 4 GiB: not all programs can read what lies beyond.
 */
export const xlsx: ExportFormat = {
  extension: 'xlsx',
  mediaType: xlsxType,
  contentType: xlsxType,
  names: 'columns',
  write({ name, columns }, pages) {
    const kinds = columns.map((column) => column.kind);
    return Readable.fromWeb(
      writeXlsxStream(eachRow(pages, kinds), {
        name,
        columns: columns.map(({ name: header, kind }) => {
          const numFmt = dateFormats[kind];
          return { header, ...(numFmt === undefined ? {} : { style: { numFmt } }) };
        }),
        freezePane: { rows: 1 },
      }),
    );
  },
};

/** Cells are made as the sheet takes them. */
async function* eachRow(
  pages: ExportPages,
  kinds: readonly ColumnKind[],
): AsyncGenerator<(string | number | boolean | Date | null)[], void, undefined> {
  for await (const page of pages) yield* page.map((row) => row.map((value, at) => toCell(value, kinds[at])));
}

/** Days before are one off in some programs, which take 1900 for a leap year. Source: ECMA-376-1 §18.17.4.1. */
const firstDate = Date.UTC(1900, 2, 1);

/**
 * What has to be escaped beyond what the library does: an underscore that would make what follows look escaped (as in
 * `_x0041_`), and the two characters that XML does not know. Source: ECMA-376-1 §22.9.2.19; XML 1.0 §2.2.
 */
const unescaped = /_(?=x[0-9A-Fa-f]{4}_)|[\ufffe\uffff]/g;
const escaped = (character: string): string =>
  `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;

function toCell(value: ExportValue, kind: ColumnKind | undefined): string | number | boolean | Date | null {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return value;
  if (kind === 'decimal') return digitsOf(value) > 15 ? value : Number(value);
  if (kind === 'day' || kind === 'moment') return toDate(value) ?? value;
  return value.replace(unescaped, escaped);
}

/** Digits that a number needs to be kept: those between the first and the last that is not 0. */
const digitsOf = (decimal: string): number =>
  decimal
    .replace(/[^0-9]/g, '')
    .replace(/^0+/, '')
    .replace(/0+$/, '').length;

function toDate(text: string): Date | undefined {
  if (/\.\d{4,}/.test(text)) return undefined;
  const date = new Date(/^[^T]+$/.test(text) ? `${text}T00:00:00Z` : text.replace(/Z?$/, 'Z'));
  return date.getTime() >= firstDate ? date : undefined;
}
