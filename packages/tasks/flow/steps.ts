import { type Static, Type } from 'typebox';

/** Steps of a flow, those of its groups and of flows within it included. */
export const maxSteps = 1_000;
/** Groups in groups, and flows in flows. */
export const maxNesting = 10;
/** Elements of one `forEach`. */
export const maxElements = 10_000;
/** Characters of all inputs that one `forEach` makes, as JSON. */
export const maxElementInputs = 2 ** 26;

const Key = Type.String({
  pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,62}$',
  description: 'Names the step; no other step of the flow has it. The run of the step has it as its invokeKey',
});

const Limit = Type.Integer({ minimum: 1, maximum: maxElements });

/** A step of a flow: a task, or a group of steps. Which fields go together, and what they refer to, `checkFlow` says. */
export const Step = Type.Object(
  {
    key: Key,
    task: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Name of the task that it runs' })),
    input: Type.Optional(
      Type.Unknown({
        description:
          'The input of the task; {} if not given. { "$output": key, "pointer": JSON pointer } anywhere in it stands for ' +
          'a part of the output of an earlier step, { "$item": JSON pointer } for a part of the element of forEach',
      }),
    ),
    after: Type.Optional(
      Type.Array(Type.String({ maxLength: 200 }), {
        maxItems: maxSteps,
        description: 'Keys of the steps and groups that end before it begins',
      }),
    ),
    when: Type.Optional(
      Type.Unknown({
        description: 'A condition on outputs and states of earlier steps; the step is skipped if it is false',
      }),
    ),
    forEach: Type.Optional(
      Type.Unknown({
        description: 'A list, or { "$output": key, "pointer": … } of one: the task is run once for each element',
      }),
    ),
    atMost: Type.Optional({ ...Limit, description: 'Most runs of forEach that are under way at a time' }),
    group: Type.Optional(
      Type.Object(
        {
          steps: Type.Array(Type.Unknown(), { minItems: 1, maxItems: maxSteps, description: 'Steps like this one' }),
          mode: Type.Optional(
            Type.Enum(['parallel', 'sequence'], {
              description: 'In a sequence each step is after the one before it; parallel if not given',
            }),
          ),
          atMost: Type.Optional({ ...Limit, description: 'Most runs of the group that are under way at a time' }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type Step = Static<typeof Step>;

export const FlowInput = Type.Object(
  {
    steps: Type.Array(Step, { minItems: 1, maxItems: maxSteps, description: 'In any order; `after` says what waits' }),
  },
  { additionalProperties: false },
);
export type FlowInput = Static<typeof FlowInput>;

/** How a step ended. */
export const stepStates = ['succeeded', 'failed', 'cancelled', 'skipped'] as const;
export type StepState = (typeof stepStates)[number];

export const FlowOutput = Type.Object({
  steps: Type.Record(
    Type.String(),
    Type.Object({
      state: Type.Enum([...stepStates]),
      runId: Type.Optional(Type.String({ description: 'The run of the step' })),
      runs: Type.Optional(Type.Integer({ description: 'How many runs its forEach has made' })),
      output: Type.Optional(Type.Unknown({ description: 'What the run gave; of forEach, a list' })),
      outputAt: Type.Optional(
        Type.String({ description: 'Where the output is, if it is too long to be repeated: a path of the API' }),
      ),
    }),
    { description: 'All steps by their keys, those of groups included' },
  ),
});
