import type { SchemaElement } from 'hyparquet';
import type { ColumnDefinition, ColumnType } from '#contracts/dataset.js';
import { BadInputError } from '#contracts/errors.js';
import { printableName } from './errors.js';
import type { TopColumn } from './schema.js';

/**
 * How the values of a column are stored; for times the unit, INT96 being the old form with the Julian day. `NULL` is a
 * column that says of itself that it has no value.
 */
export type StoredForm =
  | 'TEXT'
  | 'INT32'
  | 'UINT32'
  | 'INT64'
  | 'UINT64'
  | 'FLOAT'
  | 'DOUBLE'
  | 'BOOLEAN'
  | 'FLOAT16'
  | 'DECIMAL'
  | 'UUID'
  | 'NULL'
  | 'DATE'
  | 'TIME_MILLIS'
  | 'TIME_MICROS'
  | 'TIME_NANOS'
  | 'MILLIS'
  | 'MICROS'
  | 'NANOS'
  | 'INT96';

/** A declared column as it was found in the file. */
export interface FoundColumn {
  readonly declared: ColumnDefinition;
  /** Its name in the file. */
  readonly name: string;
  readonly element: SchemaElement;
  readonly form: StoredForm;
  /** Number of its chunk in every row group. */
  readonly leaf: number;
}

/** What a file must have for a column of each type: the forms, and the same in words. */
const accepted: Readonly<Record<ColumnType, { readonly forms: readonly StoredForm[]; readonly words: string }>> = {
  text: { forms: ['TEXT'], words: 'BYTE_ARRAY (STRING)' },
  integer: { forms: ['INT32', 'UINT32', 'INT64', 'UINT64'], words: 'INT32 or INT64 (INTEGER)' },
  bigint: { forms: ['INT32', 'UINT32', 'INT64', 'UINT64'], words: 'INT32 or INT64 (INTEGER)' },
  'double precision': { forms: ['FLOAT', 'DOUBLE', 'FLOAT16'], words: 'FLOAT, DOUBLE or FLOAT16' },
  numeric: {
    forms: ['DECIMAL', 'INT32', 'UINT32', 'INT64', 'UINT64'],
    words: 'INT32, INT64, FIXED_LEN_BYTE_ARRAY or BYTE_ARRAY (DECIMAL), or INT32 or INT64 (INTEGER)',
  },
  uuid: { forms: ['UUID'], words: 'FIXED_LEN_BYTE_ARRAY of 16 bytes (UUID)' },
  boolean: { forms: ['BOOLEAN'], words: 'BOOLEAN' },
  date: { forms: ['DATE'], words: 'INT32 (DATE)' },
  time: {
    forms: ['TIME_MILLIS', 'TIME_MICROS', 'TIME_NANOS'],
    words: 'INT32 or INT64 (TIME in MILLIS, MICROS or NANOS)',
  },
  timestamp: {
    forms: ['MILLIS', 'MICROS', 'NANOS', 'INT96'],
    words: 'INT64 (TIMESTAMP in MILLIS, MICROS or NANOS)',
  },
  timestamptz: {
    forms: ['MILLIS', 'MICROS', 'NANOS', 'INT96'],
    words: 'INT64 (TIMESTAMP in MILLIS, MICROS or NANOS, adjusted to UTC)',
  },
};

/**
 * Finds the declared columns among the file's; their order is free and others are ignored.
 *
 * @throws BadInputError `missing-column`, `wrong-type`
 */
export function findColumns(declared: readonly ColumnDefinition[], columns: readonly TopColumn[]): FoundColumn[] {
  const wanted = declared.map((column) => ({ column, name: column.from ?? column.name }));
  const missing = wanted.filter(({ name }) => !columns.some((column) => column.name === name));
  if (missing.length > 0) {
    throw new BadInputError(
      'missing-column',
      `the column${missing.length > 1 ? 's' : ''} ${names(missing)} ${missing.length > 1 ? 'are' : 'is'} missing; ` +
        `expected ${names(wanted)}, found ${names(columns) || 'none'}`,
    );
  }
  return wanted.map(({ column, name }) => {
    const found = columns.filter((other) => other.name === name);
    const only = found[0];
    if (found.length > 1 || only === undefined) {
      throw new BadInputError('wrong-type', `two columns are named ${printableName(name)}`);
    }
    return foundColumn(column, only);
  });
}

function foundColumn(declared: ColumnDefinition, { name, element, isGroup, leaf }: TopColumn): FoundColumn {
  const form = !isGroup && element.repetition_type !== 'REPEATED' ? formOf(element) : undefined;
  const { forms, words } = accepted[declared.type];
  const wallClock = declared.type === 'timestamptz' && isWallClock(element);
  if (form === undefined || !(forms.includes(form) || form === 'NULL') || wallClock) {
    const found = `${typeText(element)}${wallClock ? ', not adjusted to UTC' : ''}`;
    throw new BadInputError('wrong-type', `column ${printableName(name)} is ${found}, expected ${words}`);
  }
  return { declared, name, element, form, leaf };
}

/** How a column's values are stored; the older converted type counts where the logical type is absent (LogicalTypes.md). */
export function formOf(element: SchemaElement): StoredForm | undefined {
  const { type, type_length: width, converted_type: converted, logical_type: logical } = element;
  const annotation = logical?.type ?? converted;
  if (annotation === 'NULL') return 'NULL';
  switch (type) {
    case 'BYTE_ARRAY':
      if (annotation === 'DECIMAL') return 'DECIMAL';
      return annotation === undefined || ['STRING', 'UTF8', 'ENUM'].includes(annotation) ? 'TEXT' : undefined;
    case 'FIXED_LEN_BYTE_ARRAY':
      if (annotation === 'DECIMAL') return 'DECIMAL';
      if (annotation === 'FLOAT16' && width === 2) return 'FLOAT16';
      return annotation === 'UUID' && width === 16 ? 'UUID' : undefined;
    case 'INT32':
      if (annotation === 'DATE' || annotation === 'DECIMAL') return annotation;
      if (annotation === 'TIME_MILLIS' || (logical?.type === 'TIME' && logical.unit === 'MILLIS')) return 'TIME_MILLIS';
      return integerForm('INT32', 'UINT32', annotation, logical?.type === 'INTEGER' && !logical.isSigned);
    case 'INT64':
      if (logical?.type === 'TIMESTAMP') return logical.unit;
      if (logical?.type === 'TIME') return logical.unit === 'MILLIS' ? undefined : `TIME_${logical.unit}`;
      if (annotation === 'TIMESTAMP_MILLIS') return 'MILLIS';
      if (annotation === 'TIMESTAMP_MICROS') return 'MICROS';
      if (annotation === 'TIME_MICROS' || annotation === 'DECIMAL') return annotation;
      return integerForm('INT64', 'UINT64', annotation, logical?.type === 'INTEGER' && !logical.isSigned);
    case 'INT96':
      return annotation === undefined ? 'INT96' : undefined;
    case 'FLOAT':
    case 'DOUBLE':
    case 'BOOLEAN':
      return annotation === undefined ? type : undefined;
    default:
      return undefined;
  }
}

function integerForm(
  signed: StoredForm,
  unsigned: StoredForm,
  annotation: string | undefined,
  isUnsigned: boolean,
): StoredForm | undefined {
  if (annotation === undefined) return signed;
  if (annotation === 'INTEGER') return isUnsigned ? unsigned : signed;
  if (/^INT_\d+$/.test(annotation)) return signed;
  return /^UINT_\d+$/.test(annotation) ? unsigned : undefined;
}

/** A time that says of itself that it is no moment but what a clock on some wall showed. */
export const isWallClock = ({ logical_type: logical }: SchemaElement): boolean =>
  logical?.type === 'TIMESTAMP' && !logical.isAdjustedToUTC;

/** A column's type in the format's words. */
export function typeText({
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
    .map(({ name }) => printableName(name))
    .join(', ')
    .slice(0, 500);
}
