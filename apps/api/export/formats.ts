import type { Readable } from 'node:stream';

/**
 * What a column holds, for formats that have several kinds of cells. `decimal`: a text of digits that may be more than a double has;
 * `day`: `YYYY-MM-DD`; `moment`: ISO-8601, with or without a zone.
 */
export type ColumnKind = 'text' | 'number' | 'decimal' | 'day' | 'moment';

/** A value of an exported row, as its column's kind says; there may be none. */
export type ExportValue = string | number | boolean | null;

/** What is exported: the name of the sheet, and the columns under their own names. */
export interface ExportTable {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly kind: ColumnKind }[];
}

/** Rows in the order of the columns, as many at a time as are held. */
export type ExportPages = AsyncIterable<readonly (readonly ExportValue[])[]>;

/** How a table leaves as a file. */
export interface ExportFormat {
  readonly extension: string;
  readonly mediaType: string;
  /** The media type with what a reader has to know beside it. */
  readonly contentType: string;
  /** The file's bytes, made as they are read. Rows are pulled no faster; ending the stream ends the rows. */
  write(table: ExportTable, pages: ExportPages): Readable;
}
