import { type TObject, type TSchema, Type } from 'typebox';
import type { TableDefinition } from '#contracts/dataset.js';
import { fieldOf } from '#contracts/dataset-parameters.js';
import type { ReadableDataset } from '#contracts/file-task.js';
import type { DatasetRow, RowValue } from '#database/queries/rows/row-query.js';
import type { ExportTable, ExportValue } from '../export/formats.js';
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

/** A dataset's table as it is exported: under the table's own names, at the end where the row comes from. */
export const exportTableOf = (name: string, { columns }: TableDefinition): ExportTable => ({
  name,
  columns: [
    ...columns.map((column) => ({ name: column.name, kind: valueTypeOf(column).kind })),
    { name: 'file_id', kind: 'text' },
    { name: 'ordinal', kind: 'number' },
  ],
});

/** A row in the order of `exportTableOf`. */
export const toExport = ({ values, fileId, ordinal }: DatasetRow): readonly ExportValue[] => [
  ...values,
  fileId,
  ordinal,
];
