import { type TSchema, Type } from 'typebox';
import type { ColumnDefinition, ColumnType } from '#contracts/dataset.js';
import type { FilterKind } from '#contracts/dataset-parameters.js';
import type { ColumnKind } from '../export/formats.js';
import { isDay, readBound, timeWords } from '../http/time-range.js';

/** How the values of a column's type stand in answers, parameters and exports. */
interface ValueType {
  /** In answers. @param words what the column is */
  shown(words: string): TSchema;
  /** In parameters; what `read` takes. @param description what the parameter does */
  asked(description: string): TSchema;
  /** In exports. */
  readonly kind: ColumnKind;
  /** What a parameter has to be, in words. */
  readonly words: string;
  /** A parameter's text as the database takes it; undefined when it is no such value. */
  read(text: string, kind: FilterKind): string | undefined;
}

const int4 = { minimum: -2_147_483_648, maximum: 2_147_483_647 };
const maxInt8 = 2n ** 63n - 1n;
const uuid = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$/;
const decimal = /^-?(\d+(\.\d*)?|\.\d+)$/;

/** The schema of values that are texts in answers, with a word about the text. */
const shownText =
  (form?: string, example?: string) =>
  (words: string): TSchema => {
    const description = [words, form].filter(Boolean).join('. ');
    return Type.String({
      ...(description && { description }),
      ...(example === undefined ? {} : { examples: [example] }),
    });
  };
/** The schema of parameters that `read` checks. Longer texts are none of their values. */
const askedText =
  (maxLength = 40) =>
  (description: string): TSchema =>
    Type.String({ maxLength, description });
const matching = (pattern: RegExp) => (text: string) => (pattern.test(text) ? text : undefined);
const asItIs = (text: string): string => text;
const readMoment = (text: string, kind: FilterKind) => readBound(text, kind === 'to' ? 'to' : 'from');
const described = (description: string) => (description === '' ? {} : { description });

const types: Readonly<Record<ColumnType, ValueType>> = {
  text: {
    shown: shownText(),
    asked: (description) => Type.String({ description }),
    kind: 'text',
    words: 'a text',
    read: asItIs,
  },
  integer: {
    shown: (words) => Type.Integer(described(words)),
    asked: (description) => Type.Integer({ ...int4, description }),
    kind: 'number',
    words: 'an integer',
    read: asItIs,
  },
  bigint: {
    shown: shownText('An integer as text, since it may pass 2^53', '9007199254740993'),
    asked: askedText(),
    kind: 'decimal',
    words: 'an integer from -9223372036854775808 to 9223372036854775807',
    read: (text) => (/^-?\d+$/.test(text) && fitsInt8(BigInt(text)) ? text : undefined),
  },
  'double precision': {
    shown: (words) =>
      Type.Union([Type.Number(), Type.Enum(['NaN', 'Infinity', '-Infinity'])], {
        description: [words, 'A number, or a text for what JSON has no number for'].filter(Boolean).join('. '),
      }),
    asked: askedText(400),
    kind: 'number',
    words: 'a number like -12.5 or 1e9',
    read: (text) =>
      /^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text))
        ? String(Number(text))
        : undefined,
  },
  numeric: {
    shown: shownText('A decimal number as text, which keeps all of its digits', '12.50'),
    // PostgreSQL's declared numerics have at most 1,000 digits.
    asked: askedText(2_100),
    kind: 'decimal',
    words: 'a decimal number like -12.50, without exponent',
    read: matching(decimal),
  },
  boolean: {
    shown: (words) => Type.Boolean(described(words)),
    asked: (description) => Type.Boolean({ description }),
    kind: 'text',
    words: 'true or false',
    read: asItIs,
  },
  uuid: {
    shown: shownText('A UUID'),
    asked: askedText(),
    kind: 'text',
    words: 'a UUID like 0f8fad5b-d9cb-469f-a165-70867728950e',
    read: matching(uuid),
  },
  date: {
    shown: shownText('A date', '2022-06-05'),
    asked: askedText(),
    kind: 'day',
    words: 'a date like 2022-06-05',
    read: (text) => (/^\d{4}-\d\d-\d\d$/.test(text) && isDay(text) ? text : undefined),
  },
  time: {
    shown: shownText('A time of day', '21:02:34.546'),
    asked: askedText(),
    kind: 'text',
    words: 'a time of day like 21:02:34.546',
    read: matching(timeOfDay),
  },
  timestamp: {
    shown: shownText('ISO-8601 without a zone, as in the file', '2023-01-01T00:00:00'),
    asked: askedText(),
    kind: 'moment',
    words: timeWords,
    read: readMoment,
  },
  timestamptz: {
    shown: shownText('ISO-8601 in UTC, with microseconds where there are any', '2026-11-20T10:15:30.123Z'),
    asked: askedText(),
    kind: 'moment',
    words: timeWords,
    read(text, kind) {
      const time = readMoment(text, kind);
      return time && `${time}Z`;
    },
  },
};

const fitsInt8 = (value: bigint): boolean => value >= -maxInt8 - 1n && value <= maxInt8;

/** How the values of a column stand in answers, parameters and exports. */
export const valueTypeOf = ({ type }: Pick<ColumnDefinition, 'type'>): ValueType => types[type];
