import { type TSchema, Type } from 'typebox';
import type { TableDefinition } from '#contracts/dataset.js';
import { type FilterKind, type FilterParameter, filterParametersOf } from '#contracts/dataset-parameters.js';
import type { Violation } from '#contracts/violation-list.js';
import type { RowCondition } from '#database/queries/rows/row-query.js';
import { unprocessable } from '../http/problem.js';
import { FileId } from '../http/schemas.js';
import { valueTypeOf } from './values.js';

const operators: Readonly<Record<FilterKind, RowCondition['operator']>> = {
  equal: '=',
  from: '>=',
  to: '<=',
  min: '>=',
  max: '<=',
  contains: 'contains',
};

/** What a filter leaves, in words. */
export function filterWords({ column, kind }: FilterParameter): string {
  const { name, type } = column;
  const isTime = type.startsWith('timestamp');
  switch (kind) {
    case 'equal':
      return `${name} is this${isTime ? '; a date means its first moment' : ''}`;
    case 'from':
      return `${name} is this or later`;
    case 'to':
      return `${name} is this or earlier${isTime ? '; a date means its whole day' : ''}`;
    case 'min':
      return `${name} is this or more`;
    case 'max':
      return `${name} is this or less`;
    case 'contains':
      return `${name} contains this; capitals do not matter`;
  }
}

/** Schemas of the parameters that filter a dataset's rows. */
export function filterSchemas(table: TableDefinition): Record<string, TSchema> {
  const filters = filterParametersOf(table).map((filter): [string, TSchema] => {
    return [filter.name, Type.Optional(valueTypeOf(filter.column).asked(filterWords(filter)))];
  });
  return { ...Object.fromEntries(filters), fileId: Type.Optional(FileId) };
}

/**
 * The conditions that a query asks for, which has passed `filterSchemas`.
 * @throws HttpProblem 422 naming each parameter whose text is no value of its column
 */
export function readFilters(table: TableDefinition, query: Readonly<Record<string, unknown>>): RowCondition[] {
  const faults: Violation[] = [];
  const conditions: RowCondition[] = [];
  for (const { name, column, kind } of filterParametersOf(table)) {
    const asked = query[name];
    if (asked === undefined) continue;
    const { read, words } = valueTypeOf(column);
    const value = read(String(asked), kind);
    if (value === undefined) faults.push({ path: name, message: `must be ${words}; got ${JSON.stringify(asked)}` });
    else conditions.push({ column: column.name, operator: operators[kind], value });
  }
  if (faults.length > 0) throw unprocessable(faults);
  return conditions;
}

/** A condition for a value that is asked for, none for one that is not. */
export const wanted = (
  column: string,
  operator: RowCondition['operator'],
  value: RowCondition['value'] | undefined,
): RowCondition[] => (value === undefined ? [] : [{ column, operator, value }]);

/** How to ask for less of a dataset: by what finds rows without reading all of them. */
export function filterAdvice(table: TableDefinition): string {
  const { partition, indexes = [] } = table;
  const quick = new Set([...(partition ? [partition.column] : []), ...indexes.flatMap(([first]) => first ?? [])]);
  const names = filterParametersOf(table)
    .filter(({ column, kind }) => quick.has(column.name) && kind !== 'contains')
    .map(({ name }) => name);
  return `ask for fewer rows by ${[...names, 'fileId'].join(', ')}, or in the order of fileId`;
}
