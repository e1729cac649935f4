import { type TObject, type TSchema, Type } from 'typebox';
import type { TableDefinition } from '#contracts/dataset.js';
import { fieldOf } from '#contracts/dataset-parameters.js';
import type { ReadableDataset } from '#contracts/file-task.js';
import type { DatasetRow, RowValue } from '#database/queries/rows/row-query.js';
import type { ExportColumn, ExportFormat, ExportTable, ExportValue } from '../export/formats.js';
import { component } from '../http/openapi/component.js';
import { FileId, Nullable, RunId } from '../http/schemas.js';
import { valueTypeOf } from './values.js';

/** How operations and schemas name a dataset: `ObjectsDetection` for `objects-detection`. */
export const operationName = (dataset: string): string => fieldOf(`_${dataset.replaceAll('-', '_')}`);

/** A row of a dataset as lists show it: where it comes from, then a field per declared column. */
export function rowSchema({ name, dataset }: Pick<ReadableDataset, 'name' | 'dataset'>): TObject {
  const fields = dataset.columns.map((column): [string, TSchema] => {
    const schema = valueTypeOf(column).shown(column.description ?? '');
    return [fieldOf(column.name), column.required === true ? schema : Nullable(schema)];
  });
  return Type.Object(
    {
      fileId: FileId,
      ordinal: Type.Integer({ description: 'Place of the row in its file, from 0' }),
      runId: Nullable(RunId),
      ...Object.fromEntries(fields),
    },
    component(`${operationName(name)}Row`),
  );
}

/** Makes a row what `rowSchema` says. */
export function toItem({ columns }: TableDefinition, { fileId, ordinal, runId, values }: DatasetRow) {
  const fields = columns.map(({ name }, at) => [fieldOf(name), toJson(values[at] ?? null)]);
  return { fileId, ordinal, runId, ...Object.fromEntries(fields) };
}

/** JSON has no words for numbers that are none. */
const toJson = (value: RowValue): RowValue =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/**
 * A dataset's table as it is exported. Under the table's own names: its columns, then where the row comes from, without the
 * run. Under those of JSON's fields: as lists have them.
 */
export function exportTableOf(name: string, { columns }: TableDefinition, names: ExportFormat['names']): ExportTable {
  const declared = columns.map((column): ExportColumn => {
    const { type, precision, scale } = column;
    return {
      name: names === 'fields' ? fieldOf(column.name) : column.name,
      kind: valueTypeOf(column).kind,
      type,
      ...(precision === undefined ? {} : { precision }),
      ...(scale === undefined ? {} : { scale }),
    };
  });
  if (names === 'columns') return { name, columns: [...declared, fileIdColumn, ordinalColumn] };
  const origin = [{ ...fileIdColumn, name: 'fileId' }, ordinalColumn, runIdColumn];
  return { name, columns: [...origin, ...declared] };
}

// An id is a text: a spreadsheet's numbers end at 2^53.
const fileIdColumn: ExportColumn = { name: 'file_id', kind: 'text', type: 'bigint' };
const ordinalColumn: ExportColumn = { name: 'ordinal', kind: 'number', type: 'integer' };
const runIdColumn: ExportColumn = { name: 'runId', kind: 'text', type: 'uuid' };

/** A row in the order of `exportTableOf`, by what its columns are called. */
export const toExport: Readonly<Record<ExportFormat['names'], (row: DatasetRow) => readonly ExportValue[]>> = {
  columns: ({ values, fileId, ordinal }) => [...values, fileId, ordinal],
  fields: ({ values, fileId, ordinal, runId }) => [fileId, ordinal, runId, ...values],
};
