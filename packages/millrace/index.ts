// What `import … from 'millrace'` gives: all that a task's definition needs, and the types of its work. Cheap to import,
// since every process imports every definition; what loads files is `millrace/loading`.

export { type Static, type TObject, type TSchema, Type } from 'typebox';
export type {
  ColumnDefinition,
  ColumnType,
  DatasetDefinition,
  DimensionDefinition,
  FileFormat,
  PartitionDefinition,
  ReplaceScope,
  StarDefinition,
  SummaryDefinition,
} from '#contracts/dataset.js';
export {
  BadInputError,
  FencedError,
  FileChangedError,
  FileFaultError,
  messageOf,
  SetupError,
} from '#contracts/errors.js';
export {
  type DatasetTaskDefinition,
  defineDatasetTask,
  defineFileTask,
  type FileTaskDefinition,
  FileTaskInput,
  FileTaskOutput,
  manySmallFiles,
} from '#contracts/file-task.js';
export { type FailedRun, InvokedRunError, SuspendError } from '#contracts/invoke-errors.js';
export type { Labels, RetryPolicy } from '#contracts/run-terms.js';
export type { CatchUp, Overlap, RunSchedule, ScheduleDefinition } from '#contracts/schedule.js';
export {
  defineTask,
  type InputOf,
  type OutputOf,
  type SourceDefinition,
  type TaskDefinition,
  type TaskLog,
} from '#contracts/task.js';
export type { Violation } from '#contracts/violation-list.js';
export type { Pool, Queryable, Tx } from '#database/pool.js';
export type { CommitOptions, TaskContext, TaskRun, WorkerServices } from '#runs/context.js';
export type { InvokeAllOptions, InvokedOutcome, InvokeLimit, InvokeOptions } from '#runs/invocations.js';
