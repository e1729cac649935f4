import { type Static, Type } from 'typebox';
import { findViolations } from '#contracts/find-violations.js';
import { Labels } from '#contracts/run-terms.js';
import { runStates } from '#contracts/states.js';
import type { RunFilter } from '#database/queries/run-filter.js';
import { unprocessable } from '../../http/problem.js';
import { namedIn, OneOrMore, RunId, TimeBound } from '../../http/schemas.js';
import { readInstants } from '../../http/time-range.js';

/** What asks for runs. */
export const runTriggers = ['watcher', 'api', 'replay', 'invoke', 'follow', 'schedule'] as const;

const Milliseconds = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description }));

/** Which runs are wanted, in the query of a list and in the body of an action. */
export const runFilterFields = {
  task: Type.Optional(Type.String({ maxLength: 200, description: 'Name of the task' })),
  state: Type.Optional(OneOrMore(runStates, 'State of the run')),
  trigger: Type.Optional(OneOrMore(runTriggers, 'What asked for the run')),
  label: Type.Optional(
    Type.String({
      maxLength: 2_000,
      description: 'Labels that the run has: name:value, or more of them separated by commas',
      examples: ['team:fleet'],
    }),
  ),
  rootId: Type.Optional(RunId),
  parentId: Type.Optional(RunId),
  retryOf: Type.Optional(RunId),
  schedule: Type.Optional(Type.String({ maxLength: 200, description: 'Name of the schedule' })),
  from: TimeBound('Created then or later'),
  to: TimeBound('Created then or earlier'),
  minDurationMs: Milliseconds('Took, or has taken so far, this many milliseconds or more'),
  maxDurationMs: Milliseconds('Took, or has taken so far, this many milliseconds or less'),
  file: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1_000,
      description: 'Was given a file whose path starts so; `*` stands for any characters',
    }),
  ),
  error: Type.Optional(
    Type.String({ maxLength: 200, description: 'Name of the error that ended the run, or its latest attempt' }),
  ),
  text: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 500,
      description: 'Contained in the JSON of input, output or error, in upper or lower case',
    }),
  ),
};

const Fields = Type.Object(runFilterFields);

/** The filter that a request names. @throws HttpProblem 422 naming what is no time or no label */
export function readRunFilter(query: Static<typeof Fields>): RunFilter {
  const { task, rootId, parentId, retryOf, schedule, minDurationMs, maxDurationMs, file, error, text } = query;
  return {
    ...{ task, rootId, parentId, retryOf, schedule, minDurationMs, maxDurationMs, file, error, text },
    states: namedIn(runStates, query.state),
    triggers: namedIn(runTriggers, query.trigger),
    labels: query.label === undefined ? undefined : readLabels(query.label),
    ...readInstants(query),
  };
}

/** A comma stands between labels where a name and a colon follow it; others belong to a value. */
function readLabels(text: string): Labels {
  const labels = Object.fromEntries(
    text.split(/,(?=[a-zA-Z0-9._/-]+:)/).map((label) => {
      const [name = '', ...value] = label.split(':');
      return [name, value.length === 0 ? undefined : value.join(':')];
    }),
  );
  if (isLabels(labels)) return labels;
  throw unprocessable([{ path: 'label', message: 'must be name:value, or more of them separated by commas' }]);
}

const isLabels = (value: unknown): value is Labels => findViolations(Labels, value).count === 0;
