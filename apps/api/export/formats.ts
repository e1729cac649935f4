import type { Readable } from 'node:stream';
import type { ColumnType } from '#contracts/dataset.js';

/**
 * What a column holds, for formats that have several kinds of cells. `decimal`: a text of digits that may be more than a double has;
 * `day`: `YYYY-MM-DD`; `moment`: ISO-8601, with or without a zone; `json`: a text that is JSON.
 */
export type ColumnKind = 'text' | 'number' | 'decimal' | 'day' | 'moment' | 'json';

/** A value of an exported row, as its column's kind says; there may be none. */
export type ExportValue = string | number | boolean | null;

/** A column of what is exported. */
export interface ExportColumn {
  readonly name: string;
  readonly kind: ColumnKind;
  /** As the database has it; `json` for both of its types. */
  readonly type: ColumnType | 'json';
  /** Digits of a `numeric`, where its column limits them, and how many of them are behind the point. */
  readonly precision?: number;
  readonly scale?: number;
}

/** What is exported: the name of the sheet, and the columns. */
export interface ExportTable {
  readonly name: string;
  readonly columns: readonly ExportColumn[];
}

/** Rows in the order of the columns, as many at a time as are held. */
export type ExportPages = AsyncIterable<readonly (readonly ExportValue[])[]>;

/** How a table leaves as a file. */
export interface ExportFormat {
  readonly extension: string;
  readonly mediaType: string;
  /** The media type with what a reader has to know beside it. */
  readonly contentType: string;
  /** What columns are called: as in the table, or as the fields of JSON are. */
  readonly names: 'columns' | 'fields';
  /** The file's bytes, made as they are read. Rows are pulled no faster; ending the stream ends the rows. */
  write(table: ExportTable, pages: ExportPages): Readable;
}
