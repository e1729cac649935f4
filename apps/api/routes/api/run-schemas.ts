import { Type } from 'typebox';
import { attemptStates, fileStates, runStates } from '#contracts/states.js';
import { FileId, Instant, Json, Nullable, RunId } from '../../http/schemas.js';

const Text = Type.String();
const Count = Type.Integer({ minimum: 0 });

/** One of the values that a state can have. */
export const StateSchema = <T extends readonly string[]>(states: readonly [...T]) => Type.Enum([...states]);

/** A worker process. */
export const WorkerSchema = Type.Object({ id: Text, host: Text, pid: Type.Integer() });

/** A run as lists show it. */
export const RunSummarySchema = Type.Object({
  id: RunId,
  task: Text,
  queue: Text,
  state: StateSchema(runStates),
  trigger: Type.String({ description: 'What asked for it: watcher, api, replay, invoke or follow' }),
  priority: Type.Integer(),
  parentId: Nullable(RunId),
  rootId: RunId,
  invokeKey: Nullable(Text),
  idempotencyKey: Nullable(Text),
  attempt: Type.Integer({ minimum: 0, description: 'Number of the latest attempt; 0 before the first' }),
  failures: Type.Integer({ minimum: 0, description: 'Attempts that failed' }),
  losses: Type.Integer({ minimum: 0, description: 'Attempts that were lost with their worker' }),
  maxAttempts: Count,
  progress: Nullable(Type.Object({ done: Type.Number(), total: Nullable(Type.Number()) })),
  error: Json,
  createdAt: Instant,
  availableAt: Instant,
  startedAt: Nullable(Instant),
  endedAt: Nullable(Instant),
  updatedAt: Instant,
});

/** A run with its input, output and history. Lists inside hold at most 100; the counts beside them tell the whole. */
export const RunDetailSchema = Type.Object({
  ...RunSummarySchema.properties,
  input: Json,
  output: Json,
  attempts: Type.Array(
    Type.Object({
      number: Type.Integer(),
      state: StateSchema(attemptStates),
      worker: WorkerSchema,
      startedAt: Instant,
      endedAt: Nullable(Instant),
      error: Json,
    }),
  ),
  children: Type.Array(
    Type.Object({
      id: RunId,
      task: Text,
      state: StateSchema(runStates),
      invokeKey: Nullable(Text),
      createdAt: Instant,
      endedAt: Nullable(Instant),
    }),
  ),
  childCount: Count,
  files: Type.Array(
    Type.Object({
      id: FileId,
      path: Text,
      version: Type.Integer(),
      state: StateSchema(fileStates),
      ordinal: Count,
      outcome: Nullable(Text),
      reason: Nullable(Text),
    }),
  ),
  fileCount: Count,
});

/** One line of a run's log. */
export const LogLineSchema = Type.Object({
  id: Text,
  attempt: Count,
  at: Instant,
  level: Text,
  message: Text,
  fields: Json,
});
