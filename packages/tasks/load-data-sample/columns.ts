import type { SchemaElement } from 'hyparquet';
import { BadInputError } from '#contracts/errors.js';
import type { TopColumn } from './parquet/footer.js';

/** Microseconds of a stored timestamp's unit, or INT96, the old form with the Julian day. */
export type TimestampForm = 'MILLIS' | 'MICROS' | 'NANOS' | 'INT96';

/** A column of the data sample, as the file must have it. */
export type ExpectedColumn =
  | { readonly name: string; readonly kind: 'text'; readonly maxChars: number }
  | { readonly name: string; readonly kind: 'timestamp'; readonly required: boolean };

/** The data sample's columns; they stand first in `dwh.data_sample`, with these names and in this order. */
export const dataSampleColumns = [
  { name: 'department_name', kind: 'text', maxChars: 32 },
  { name: 'sensor_serial', kind: 'text', maxChars: 64 },
  // The table is partitioned by it, so there is no place for a row without.
  { name: 'create_at', kind: 'timestamp', required: true },
  { name: 'product_name', kind: 'text', maxChars: 16 },
  { name: 'product_expire', kind: 'timestamp', required: false },
] as const satisfies readonly ExpectedColumn[];

/** An expected column as it was found in the file. */
export interface FoundColumn {
  readonly expected: ExpectedColumn;
  readonly element: SchemaElement;
  /** Set for timestamps. */
  readonly form: TimestampForm | undefined;
}

/**
 * Finds the expected columns among the file's; their order is free and others are ignored.
 *
 * @throws BadInputError `missing-column`, `wrong-type`
 */
export function findColumns(columns: readonly TopColumn[]): FoundColumn[] {
  const missing = dataSampleColumns.filter(({ name }) => !columns.some((column) => column.name === name));
  if (missing.length > 0) {
    throw new BadInputError(
      'missing-column',
      `the column${missing.length > 1 ? 's' : ''} ${names(missing)} ${missing.length > 1 ? 'are' : 'is'} missing; ` +
        `expected ${names(dataSampleColumns)}, found ${names(columns) || 'none'}`,
    );
  }
  return dataSampleColumns.map((expected) => {
    const found = columns.filter(({ name }) => name === expected.name);
    const element = found[0]?.element;
    if (found.length > 1 || element === undefined)
      throw new BadInputError('wrong-type', `two columns are named ${expected.name}`);
    return foundColumn(expected, element);
  });
}

function foundColumn(expected: ExpectedColumn, element: SchemaElement): FoundColumn {
  const flat = element.num_children === undefined && element.repetition_type !== 'REPEATED';
  if (flat && expected.kind === 'text' && isText(element)) return { expected, element, form: undefined };
  const form = flat ? timestampForm(element) : undefined;
  if (expected.kind === 'timestamp' && form !== undefined) return { expected, element, form };
  const wanted = expected.kind === 'text' ? 'BYTE_ARRAY (STRING)' : 'INT64 (TIMESTAMP in MILLIS, MICROS or NANOS)';
  throw new BadInputError('wrong-type', `column ${expected.name} is ${typeText(element)}, expected ${wanted}`);
}

function isText({ type, converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  const plain = converted === undefined || converted === 'UTF8' || converted === 'ENUM';
  return (
    type === 'BYTE_ARRAY' && plain && (logical === undefined || logical.type === 'STRING' || logical.type === 'ENUM')
  );
}

/** The older converted type counts where the logical type is absent. Adjusted to UTC or not: UTC's wall clock. */
function timestampForm(element: SchemaElement): TimestampForm | undefined {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (type === 'INT96') return 'INT96';
  if (type !== 'INT64') return undefined;
  if (logical?.type === 'TIMESTAMP') return logical.unit;
  if (converted === 'TIMESTAMP_MILLIS') return 'MILLIS';
  return converted === 'TIMESTAMP_MICROS' ? 'MICROS' : undefined;
}

function typeText({
  type,
  converted_type: converted,
  logical_type: logical,
  repetition_type: repetition,
}: SchemaElement): string {
  if (type === undefined) return 'a group (list, map or struct)';
  const annotation = logical?.type ?? converted;
  const repeated = repetition === 'REPEATED' ? 'repeated ' : '';
  return `${repeated}${type}${annotation === undefined ? '' : ` (${annotation})`}`;
}

function names(columns: readonly { readonly name: string }[]): string {
  return columns
    .slice(0, 30)
    .map(({ name }) => name)
    .join(', ')
    .slice(0, 500);
}
