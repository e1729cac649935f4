import { starFault } from './check-star.js';
import { summaryFault } from './check-summary.js';
import type { ColumnDefinition, DatasetDefinition, TableDefinition } from './dataset.js';
import { fieldOf, parameterFault } from './dataset-parameters.js';
import { maxDecimalDigits } from './decimal.js';
import { SetupError } from './errors.js';
import type { ReadableDataset } from './file-task.js';

/** Added to every dataset's table by Millrace. */
const ownColumns = ['file_id', 'ordinal'];

/** What PostgreSQL takes without quotes, which spares those who query it the quotes; it cuts names after 63 bytes. */
const identifier = /^[a-z_][a-z0-9_]{0,62}$/;
/** What needs no escapes in an address, and is one segment of it. */
const datasetName = /^[a-z0-9][a-z0-9_-]*$/;
/** Partitions and indexes are named after the table, with something behind it. */
const maxTableChars = 40;
/** Schemas that hold something else. */
const takenSchemas = ['ops', 'public', 'information_schema'];
/** PostgreSQL's own limit of varchar(n). */
const maxVarchar = 10_485_760;
/** PostgreSQL takes 1,600 at most, fewer when they are wide; ours are two of them. */
const maxColumns = 1_000;
const timeTypes: readonly string[] = ['timestamp', 'timestamptz'];

/**
 * Checks that a table, its loader and its routes can be made from a declaration; of a table that a migration makes, that
 * it can be read.
 * @param file of the declaration, where it has one
 * @throws SetupError naming file and task, with the first fault, what was expected and what came
 */
export function checkDataset(
  task: { readonly name: string; readonly dataset: TableDefinition | DatasetDefinition },
  file?: string,
): void {
  const fault = faultOf(task.dataset);
  if (fault === undefined) return;
  const where = file === undefined ? '' : `${file}: `;
  throw new SetupError(`${where}the dataset of the task ${task.name} cannot be made: ${fault}`);
}

/**
 * Refuses datasets whose names cannot stand in an address, or would be one name there or in the API's
 * description.
 * @throws SetupError naming the task, or both
 */
export function checkDatasetNames(datasets: readonly Pick<ReadableDataset, 'name' | 'task'>[]): void {
  const byField = new Map<string, string>();
  for (const { name, task } of datasets) {
    if (!datasetName.test(name)) {
      throw new SetupError(
        `the dataset of the task ${task.name} cannot be read: expected a name of small letters, digits, - and _ (that of its source, unless it is one of several), as it stands in /api/datasets/{name}, got ${JSON.stringify(name)}`,
      );
    }
    const field = fieldOf(name.replaceAll('-', '_'));
    const other = byField.get(field);
    if (other !== undefined) {
      throw new SetupError(
        `the tasks ${other} and ${task.name} have datasets whose names cannot be kept apart; rename ${name}`,
      );
    }
    byField.set(field, task.name);
  }
}

function faultOf(dataset: TableDefinition): string | undefined {
  return (
    tableFault(dataset.table) ??
    columnsFault(dataset.columns) ??
    parameterFault(dataset) ??
    (isMade(dataset) ? partitionFault(dataset) : undefined) ??
    indexFault(dataset) ??
    keyFault(dataset) ??
    (isMade(dataset)
      ? (replaceFault(dataset) ?? viewFault(dataset) ?? starFault(dataset, tableFault) ?? summaryFault(dataset))
      : undefined)
  );
}

/** Whether Millrace makes the table. */
const isMade = (dataset: TableDefinition): dataset is DatasetDefinition => 'replace' in dataset;

function tableFault(table: string): string | undefined {
  const [schema, name, ...rest] = table.split('.');
  const isPlain = identifier.test(schema ?? '') && identifier.test(name ?? '') && rest.length === 0;
  if (!isPlain || (name ?? '').length > maxTableChars) {
    return `expected a table like dwh.data_sample, of small letters, digits and _, at most ${maxTableChars} characters after the dot, got ${JSON.stringify(table)}`;
  }
  if (takenSchemas.includes(schema ?? '') || schema?.startsWith('pg_')) {
    return `the schema ${schema} is not for datasets; choose another, for example dwh`;
  }
  return undefined;
}

function columnsFault(columns: readonly ColumnDefinition[]): string | undefined {
  if (columns.length === 0 || columns.length > maxColumns) {
    return `expected 1 to ${maxColumns} columns, got ${columns.length}`;
  }
  const names = new Set<string>();
  const sources = new Set<string>();
  for (const column of columns) {
    const { name, from = name, type, maxLength } = column;
    if (!identifier.test(name)) {
      return `expected column names of small letters, digits and _, at most 63, got ${JSON.stringify(name)}; "from" may be anything`;
    }
    if (ownColumns.includes(name)) return `the column ${name} is added by Millrace; name yours differently`;
    if (names.has(name)) return `two columns are named ${name}`;
    if (sources.has(from)) return `two columns are read from ${JSON.stringify(from)}`;
    if (from === '') return `the column ${name} is read from a name that is empty`;
    if (maxLength !== undefined) {
      if (type !== 'text') return `the column ${name} is ${type} and has a maxLength, which only text can have`;
      if (!Number.isInteger(maxLength) || maxLength < 1 || maxLength > maxVarchar) {
        return `expected a maxLength from 1 to ${maxVarchar} for the column ${name}, got ${maxLength}`;
      }
    }
    const fault = precisionFault(column);
    if (fault !== undefined) return fault;
    names.add(name);
    sources.add(from);
  }
  return undefined;
}

function precisionFault({ name, type, precision, scale }: ColumnDefinition): string | undefined {
  if (precision === undefined && scale === undefined) return undefined;
  if (type !== 'numeric')
    return `the column ${name} is ${type} and has a precision or scale, which only numeric can have`;
  if (precision === undefined || !Number.isInteger(precision) || precision < 1 || precision > maxDecimalDigits) {
    return `expected a precision from 1 to ${maxDecimalDigits} for the column ${name}, got ${precision ?? 'none'}`;
  }
  if (scale !== undefined && (!Number.isInteger(scale) || scale < 0 || scale > precision)) {
    return `expected a scale from 0 to ${precision} for the column ${name}, got ${scale}`;
  }
  return undefined;
}

function partitionFault({ partition, columns }: DatasetDefinition): string | undefined {
  if (partition === undefined) return undefined;
  const column = columns.find(({ name }) => name === partition.column);
  if (column === undefined) return `it is partitioned by ${partition.column}, which is none of its columns`;
  if (!timeTypes.includes(column.type)) {
    return `it is partitioned by ${column.name}, which is ${column.type}; expected timestamp or timestamptz`;
  }
  if (column.required !== true) {
    return `it is partitioned by ${column.name}, which may lack a value; a row without has no partition, so make it required`;
  }
  return undefined;
}

function indexFault({ indexes = [], columns }: TableDefinition): string | undefined {
  const known = [...columns.map(({ name }) => name), ...ownColumns];
  const seen = new Set<string>();
  for (const index of indexes) {
    const list = index.join(', ');
    const unknown = index.find((name) => !known.includes(name));
    if (index.length === 0) return 'an index names no column';
    if (unknown !== undefined) return `an index names ${unknown}, which is none of the columns`;
    if (new Set(index).size < index.length) return `the index by ${list} names a column twice`;
    if (seen.has(list)) return `two indexes are by ${list}`;
    seen.add(list);
  }
  return undefined;
}

function keyFault({ key, columns }: TableDefinition): string | undefined {
  if (key === undefined || columns.some(({ name }) => name === key)) return undefined;
  return `its key is ${key}, which is none of the columns`;
}

function viewFault({ view }: DatasetDefinition): string | undefined {
  if (view === undefined || identifier.test(view)) return undefined;
  return `expected the name of a view in the schema public, of small letters, digits and _, at most 63, got ${JSON.stringify(view)}`;
}

function replaceFault({ replace, partition }: DatasetDefinition): string | undefined {
  if (replace === 'day' && partition === undefined) {
    return 'it replaces by day, but has no partition column that gives the day; declare one, or replace by file';
  }
  return undefined;
}
