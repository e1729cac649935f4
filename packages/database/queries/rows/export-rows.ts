import type { Tx } from '../../pool.js';
import { conditions } from '../conditions.js';
import { type FileBundle, readByFiles, type Statement } from './file-bundles.js';
import { sortKeys } from './keys.js';
import type { DatasetRow, RowQuery, RowValue } from './row-query.js';
import { queryConditions, selectRows, toRow } from './statement.js';

/** Rows that are held at a time. */
const pageRows = 5_000;

/** Which rows of a dataset are exported. */
export interface ExportQuery extends Omit<RowQuery, 'order' | 'descending'> {
  /** Whether to look up the run that loaded each row. */
  readonly run: boolean;
}

/** The rows of a dataset by file and position in it, page by page, within a snapshot. */
export async function* exportRows(tx: Tx, wanted: ExportQuery): AsyncGenerator<DatasetRow[], void, undefined> {
  const { table, run } = wanted;
  const query: RowQuery = { ...wanted, order: { name: 'fileId', by: 'file', columns: [] }, descending: false };
  const keys = sortKeys(table, query.order);
  const select = ({ first, last }: FileBundle): Statement => {
    const where = queryConditions(query);
    where.and(`d.file_id BETWEEN ${where.param(first)}::bigint AND ${where.param(last)}::bigint`);
    return { text: selectRows(query, keys, where, { run, position: false }), values: where.values };
  };
  for await (const page of readByFiles<RowValue>(tx, loadedFiles(wanted), select, pageRows)) {
    yield page.map((values) => toRow(values, table));
  }
}

/** Only loaded files have rows. */
function loadedFiles({ source, fileId }: Pick<RowQuery, 'source' | 'fileId'>): Statement {
  const where = conditions();
  where.when(source, (p) => `source = ${p}`);
  where.when(fileId, (p) => `id = ${p}::bigint`);
  return {
    text: `SELECT id, COALESCE(rows, 1) FROM ops.file WHERE state = 'loaded' AND ${where.sql()} ORDER BY id`,
    values: where.values,
  };
}
