import { type TObject, type TSchema, Type } from 'typebox';
import type {
  ColumnDefinition,
  DatasetDefinition,
  DifferenceDefinition,
  DimensionDefinition,
  PartitionDefinition,
  StarDefinition,
  SummaryDefinition,
} from './dataset.js';
import { messageOf, SetupError } from './errors.js';
import { findViolations } from './find-violations.js';
import { Labels, type RetryPolicy } from './run-terms.js';
import { catchUpNames, overlapNames, type ScheduleDefinition } from './schedule.js';
import type { SourceDefinition, TaskDefinition } from './task.js';
import { taskValues } from './task-settings.js';

/** A shape with exactly the fields of a type; a field that is added there is missing here when this is compiled. */
const shapeOf = <T>(fields: { readonly [K in keyof Required<T>]: TSchema }): TObject =>
  Type.Object(fields as Record<string, TSchema>, { additionalProperties: false });

const Name = Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' });
const Words = Type.String({ minLength: 1 });
const list = (...values: string[]): TSchema => Type.Enum(values);
const maybe = (schema: TSchema): TSchema => Type.Optional(schema);
const most = 2 ** 31 - 1;
const count = (least: number, greatest = most): TSchema => Type.Integer({ minimum: least, maximum: greatest });

const Column = shapeOf<ColumnDefinition>({
  name: Words,
  type: list(
    'text',
    'integer',
    'bigint',
    'double precision',
    'boolean',
    'numeric',
    'uuid',
    'date',
    'time',
    'timestamp',
    'timestamptz',
  ),
  maxLength: maybe(Type.Number()),
  precision: maybe(Type.Number()),
  scale: maybe(Type.Number()),
  required: maybe(Type.Boolean()),
  from: maybe(Type.String()),
  description: maybe(Words),
  unit: maybe(Words),
  example: maybe(Type.Union([Words, Type.Number(), Type.Boolean()])),
});

const Star = shapeOf<StarDefinition>({
  fact: Words,
  view: Words,
  dimensions: Type.Array(shapeOf<DimensionDefinition>({ table: Words, column: Words, belongsTo: maybe(Words) })),
});

const Summary = shapeOf<SummaryDefinition>({
  distinct: maybe(Type.Array(Words)),
  differences: maybe(Type.Array(shapeOf<DifferenceDefinition>({ from: Words, to: Words, unit: list('day') }))),
});

/** Of a table that a migration makes, what is for loading is left out: see `otherFaults`. */
const Dataset = shapeOf<DatasetDefinition>({
  table: Words,
  description: Words,
  columns: Type.Array(Column),
  partition: maybe(shapeOf<PartitionDefinition>({ column: Words, every: list('day', 'month', 'year') })),
  key: maybe(Words),
  oneRowPerFile: maybe(Type.Boolean()),
  route: maybe(Words),
  replace: maybe(list('file', 'day', 'table')),
  wrapperKey: maybe(Type.Union([Words, Type.Array(Words)])),
  indexes: maybe(Type.Array(Type.Array(Words))),
  star: maybe(Star),
  view: maybe(Words),
  summary: maybe(Summary),
});

/** What its calendar and its input have to be is looked at when the catalogue is loaded. */
const Schedule = shapeOf<ScheduleDefinition>({
  name: Name,
  cron: maybe(Words),
  everyMs: maybe(Type.Number()),
  timezone: maybe(Words),
  input: Type.Unknown(),
  overlap: maybe(list(...overlapNames)),
  catchUp: maybe(list(...catchUpNames)),
  labels: maybe(Labels),
  priority: maybe(taskValues.priority),
});

/** What is not JSON, functions and schemas, is looked at by `otherFault`. */
const Task = shapeOf<TaskDefinition>({
  name: Name,
  description: Words,
  queue: Name,
  input: Type.Unknown(),
  output: Type.Unknown(),
  retry: shapeOf<RetryPolicy>({ ...taskValues.retry, backoff: maybe(taskValues.retry.backoff) }),
  timeoutMs: taskValues.timeoutMs,
  concurrency: count(1, 1000),
  priority: taskValues.priority,
  labels: maybe(Labels),
  source: maybe(
    shapeOf<SourceDefinition>({
      name: Name,
      description: Words,
      matches: Type.Unknown(),
      fallback: maybe(Type.Boolean()),
      batch: shapeOf<SourceDefinition['batch']>(taskValues.batch),
    }),
  ),
  format: maybe(list('parquet', 'json')),
  dataset: maybe(Dataset),
  datasets: maybe(Type.Record(Name, Dataset, { minProperties: 1 })),
  followedBy: maybe(Name),
  check: maybe(Type.Unknown()),
  schedules: maybe(Type.Array(Schedule)),
});

/**
 * What a definition's file exports, as a task. Definitions come from outside, as JavaScript whose types nobody checked.
 * @param file named in the message
 * @throws SetupError in one line with all faults
 */
export function taskOf(definition: unknown, file: string): TaskDefinition {
  if (definition === undefined) throw new SetupError(`${file}: expected it to export a task as "definition", got none`);
  const violations = findViolations(Task, definition);
  if (violations.count === 0 && isTask(definition)) return definition;
  const others = typeof definition === 'object' ? otherFaults(definition ?? {}) : [];
  const words = [
    ...(violations.count > 0 ? [violations.describe(({ path, message }) => `${path} ${message}`.trim())] : []),
    ...others,
  ];
  throw new SetupError(`${file}: expected "definition" to be a task, got one with faults: ${words.join('; ')}`);
}

const isTask = (definition: unknown): definition is TaskDefinition =>
  typeof definition === 'object' && definition !== null && otherFaults(definition).length === 0;

/** Whether it says how it is loaded, and not only how it is read. */
const isLoaded = (dataset: unknown): boolean => typeof dataset === 'object' && dataset !== null && 'replace' in dataset;

function otherFaults(definition: object): string[] {
  const { input, output, source, format, dataset, datasets, check }: { [K in keyof TaskDefinition]?: unknown } =
    definition;
  const matches = typeof source === 'object' && source !== null && 'matches' in source ? source.matches : undefined;
  return [
    schemaFault('/input', input),
    schemaFault('/output', output),
    source !== undefined && typeof matches !== 'function' ? '/source/matches must be a function of a path' : undefined,
    check !== undefined && typeof check !== 'function' ? '/check must be a function of an input' : undefined,
    format !== undefined && dataset === undefined ? 'a format must have a dataset' : undefined,
    format !== 'parquet' && typeof dataset === 'object' && dataset !== null && 'summary' in dataset
      ? 'a dataset with a summary must have the format parquet'
      : undefined,
    (format === undefined) === isLoaded(dataset)
      ? 'a dataset must have replace where there is a format, and only there'
      : undefined,
    (dataset ?? datasets) !== undefined && source === undefined ? 'a dataset must have a source' : undefined,
    dataset !== undefined && datasets !== undefined ? 'a task must have dataset or datasets, not both' : undefined,
    typeof datasets === 'object' && Object.values(datasets ?? {}).some(isLoaded)
      ? 'datasets must be tables of migrations, without replace: a task with several loads them by its body'
      : undefined,
  ].filter((fault) => fault !== undefined);
}

/** Why a value is no schema of an object that inputs can be checked with; undefined when it is one. */
function schemaFault(path: string, value: unknown): string | undefined {
  const isObjectSchema =
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'object' &&
    'properties' in value &&
    typeof value.properties === 'object';
  if (!isObjectSchema) return `${path} must be the schema of an object, as Type.Object makes it`;
  try {
    findViolations(value, {});
    return undefined;
  } catch (error) {
    return `${path} must be a schema that can be compiled: ${messageOf(error)}`;
  }
}
