import { Type } from 'typebox';
import { Labels } from '#contracts/run-terms.js';
import { attemptStates, fileStates, runStates } from '#contracts/states.js';
import { component } from '../../http/openapi/component.js';
import { FileId, Instant, Json, Nullable, RunId } from '../../http/schemas.js';

const Text = Type.String();
const Count = Type.Integer({ minimum: 0 });

const StateSchema = <T extends readonly string[]>(name: string, states: readonly [...T]) =>
  Type.Enum([...states], component(name));

/** The states of files, runs and attempts; docs/states.md draws them. */
export const FileState = StateSchema('FileState', fileStates);
export const RunState = StateSchema('RunState', runStates);
export const AttemptState = StateSchema('AttemptState', attemptStates);

/** Labels of a run. */
export const LabelsSchema = Type.Record(Type.String(), Type.String(), {
  ...Labels,
  ...component('Labels', 'Names and values by which people find and count runs'),
});

/** A worker process. */
export const WorkerSchema = Type.Object({ id: Text, host: Text, pid: Type.Integer() }, component('Worker'));

/** A run as lists show it; input and output where they are asked for. */
export const RunSummarySchema = Type.Object(
  {
    id: RunId,
    task: Text,
    queue: Text,
    state: RunState,
    trigger: Type.String({ description: 'What asked for it: watcher, api, replay, invoke, follow or schedule' }),
    priority: Type.Integer(),
    parentId: Nullable(RunId),
    rootId: RunId,
    invokeKey: Nullable(Text),
    held: Type.Boolean({
      description: 'Queued, but not before another of the runs that were invoked with it has ended (atMost)',
    }),
    parked: Type.Boolean({
      description: 'It could begin, but its task is paused, or has as many runs under way as its settings allow',
    }),
    pausedTask: Type.Boolean({ description: 'It does not begin before its task is resumed' }),
    idempotencyKey: Nullable(Text),
    attempt: Type.Integer({ minimum: 0, description: 'Number of the latest attempt; 0 before the first' }),
    failures: Type.Integer({ minimum: 0, description: 'Attempts that failed' }),
    losses: Type.Integer({ minimum: 0, description: 'Attempts that were lost with their worker' }),
    maxAttempts: Count,
    retry: Nullable(
      Type.Object(
        {
          attempts: Type.Integer(),
          backoff: Type.Optional(Type.Enum(['fixed', 'exponential'])),
          backoffMs: Type.Number(),
          maxBackoffMs: Type.Number(),
        },
        { description: 'How it is tried again; null: as its task says' },
      ),
    ),
    timeoutMs: Nullable(
      Type.Integer({ description: 'Milliseconds after which an attempt is aborted; null: as its task says' }),
    ),
    labels: LabelsSchema,
    retryOf: Nullable(RunId),
    schedule: Nullable(Type.String({ description: 'The name of the schedule that it is a run of' })),
    slotAt: Nullable(Instant),
    traceId: Nullable(Type.String({ description: 'The trace (OpenTelemetry) that its attempts are spans of' })),
    requestId: Nullable(
      Type.String({ description: 'The request that asked for it, or for the run that invoked it: its x-request-id' }),
    ),
    progress: Nullable(Type.Object({ done: Type.Number(), total: Nullable(Type.Number()) })),
    error: Json,
    createdAt: Instant,
    availableAt: Instant,
    startedAt: Nullable(Instant),
    endedAt: Nullable(Instant),
    updatedAt: Instant,
    durationMs: Nullable(
      Type.Number({ description: 'Milliseconds from its first start to its end, or to now; null before it starts' }),
    ),
    input: Type.Optional(Json),
    output: Type.Optional(Json),
  },
  component('Run'),
);

/** One try of a run. */
export const AttemptSchema = Type.Object(
  {
    number: Type.Integer(),
    state: AttemptState,
    worker: WorkerSchema,
    startedAt: Instant,
    endedAt: Nullable(Instant),
    error: Json,
    settingsVersion: Nullable(
      Type.Integer({ description: 'The version of the task’s settings under which it began; null: none were set' }),
    ),
  },
  component('Attempt', 'One try of a run by one worker'),
);

/** A run with its input, output and history. Lists inside hold at most 100; the counts beside them are of all. */
export const RunDetailSchema = Type.Object(
  {
    ...RunSummarySchema.properties,
    input: Json,
    output: Json,
    attempts: Type.Array(AttemptSchema),
    children: Type.Array(
      Type.Object({
        id: RunId,
        task: Text,
        state: RunState,
        invokeKey: Nullable(Text),
        createdAt: Instant,
        endedAt: Nullable(Instant),
      }),
    ),
    childCount: Count,
    stepCount: Count,
    files: Type.Array(
      Type.Object({
        id: FileId,
        path: Text,
        version: Type.Integer(),
        state: FileState,
        ordinal: Count,
        outcome: Nullable(Text),
        reason: Nullable(Text),
      }),
    ),
    fileCount: Count,
    datasets: Type.Array(
      Type.Object({
        name: Type.String({ description: 'Name of the dataset' }),
        files: Type.Integer({ minimum: 0, description: 'Files of the run that have rows in it' }),
        rows: Type.Number({ minimum: 0, description: 'Their rows' }),
      }),
      { description: 'The rows that it loaded, as far as they are there: another run may have replaced some since' },
    ),
  },
  component('RunDetail', 'A run with its input, output and history'),
);

/** A step of a run. */
export const StepSchema = Type.Object(
  {
    key: Text,
    attempt: Type.Integer({ minimum: 1, description: 'The attempt that did it' }),
    output: Json,
    endedAt: Instant,
  },
  component('Step'),
);

/** One line of a run's log. */
const lineFields = { id: Text, attempt: Count, at: Instant, level: Text, message: Text, fields: Json };

export const LogLineSchema = Type.Object(lineFields, component('LogLine'));

export const FoundLineSchema = Type.Object(
  { ...lineFields, runId: RunId, task: Text },
  component('FoundLogLine', 'A line of a log, and whose it is'),
);
