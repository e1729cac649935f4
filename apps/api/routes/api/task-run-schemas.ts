import { type TObject, Type } from 'typebox';
import { FileTaskInput, FileTaskOutput } from '#contracts/file-task.js';
import { RetryRequest } from '#contracts/run-terms.js';
import type { TaskDefinition } from '#contracts/task.js';
import { component } from '../../http/openapi/component.js';
import { Json, Nullable } from '../../http/schemas.js';
import { LabelsSchema, RunDetailSchema } from './run-schemas.js';

/** What a request may say of a run beside its input. */
const runOptions = {
  idempotencyKey: Type.Optional(
    Type.String({
      pattern: '^[\\x20-\\x7e]{1,200}$',
      description: 'The same key for the same task, with the same parameters, gives the same run',
    }),
  ),
  priority: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 2_097_152, description: '1 first, higher later; 0 before all numbers' }),
  ),
  delayMs: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 366 * 86_400_000,
      description: 'Milliseconds before which it is not started',
    }),
  ),
  timeoutMs: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 2 ** 31 - 1,
      description: 'Milliseconds after which an attempt is aborted; as the task says if not given',
    }),
  ),
  retry: Type.Optional(
    Type.Object(RetryRequest.properties, {
      additionalProperties: false,
      description: 'How it is tried again; what is left out is as the task says',
    }),
  ),
  labels: Type.Optional(LabelsSchema),
};

/** The body that starts a run of any task. Whether the input is the task's is checked where runs are recorded. */
export const NewRunSchema = Type.Object(
  { input: Json, ...runOptions },
  { ...component('NewRun'), additionalProperties: false },
);

/**
 * How starting a run of one task is described. That these types hold is up to `startRun`; they are not what the route
 * itself checks and writes, since a run that is answered may be an old one, with the output of an older version.
 */
export function taskRunSchemas(task: TaskDefinition): { operationId: string; body: TObject; run: object } {
  const name = task.name.replace(/(^|[^a-zA-Z0-9]+)([a-zA-Z0-9])/g, (_all, _gap, first: string) => first.toUpperCase());
  const input = named(task.input, task.input === FileTaskInput ? 'FileTaskInput' : `${name}Input`);
  const output = named(task.output, task.output === FileTaskOutput ? 'FileTaskOutput' : `${name}Output`);
  return {
    operationId: `start${name}Run`,
    body: Type.Object({ input, ...runOptions }, { ...component(`New${name}Run`), additionalProperties: false }),
    run: Type.Intersect(
      [RunDetailSchema, Type.Object({ input, output: Nullable(output) })],
      component(`${name}Run`, `A run of ${task.name}`),
    ),
  };
}

const named = (schema: TObject, name: string): TObject => ({ ...schema, ...component(name) });
