import { Readable } from 'node:stream';
import { parquetBytes } from '#exports/parquet-bytes.js';
import type { ExportFormat } from './formats.js';

const parquetType = 'application/vnd.apache.parquet';

/** Of a row group: encoding one takes some tens of milliseconds, in which the API answers nobody else. */
const limits = { rows: 10_000, characters: 2 * 2 ** 20 };

/** Apache Parquet, compressed with Snappy: numbers, decimals, dates and times with their types. */
export const parquet: ExportFormat = {
  extension: 'parquet',
  mediaType: parquetType,
  contentType: parquetType,
  names: 'columns',
  write: ({ columns }, pages) => Readable.from(parquetBytes(columns, pages, limits), { objectMode: false }),
};
