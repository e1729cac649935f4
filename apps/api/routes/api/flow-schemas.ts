import { type TSchema, Type } from 'typebox';
import { component } from '../../http/openapi/component.js';
import { Instant, Nullable, RunId } from '../../http/schemas.js';
import { AttemptState, RunState } from './run-schemas.js';

const Text = Type.String();
const Count = Type.Integer({ minimum: 0 });

/** Runs below a run, by their states. */
const FlowCountsSchema = Type.Object(
  {
    total: Count,
    byState: Type.Object({
      queued: Count,
      delayed: Count,
      waiting: Count,
      running: Count,
      succeeded: Count,
      failed: Count,
      cancelled: Count,
    }),
    isComplete: Type.Boolean({ description: 'False when there are more than 100,000; not all were counted then' }),
  },
  component('FlowTreeCounts', 'Numbers of the runs below a run'),
);

const flowNode = {
  id: RunId,
  parentId: Nullable(RunId),
  task: Text,
  key: Nullable(Type.String({ description: 'Under which its parent invoked it' })),
  state: RunState,
  held: Type.Boolean({ description: 'Queued, but not before another has ended (atMost)' }),
  attempt: Type.Integer({ minimum: 0 }),
  createdAt: Instant,
  startedAt: Nullable(Instant),
  endedAt: Nullable(Instant),
  durationMs: Nullable(Type.Number({ description: 'From its first start to its end, or until now' })),
  progress: Nullable(Type.Object({ done: Type.Number(), total: Nullable(Type.Number()) })),
  attempts: Type.Optional(
    Type.Array(
      Type.Object({
        number: Type.Integer({ minimum: 1 }),
        state: AttemptState,
        startedAt: Instant,
        endedAt: Nullable(Instant),
      }),
      { description: 'With include=attempts: the latest 20, oldest first' },
    ),
  ),
  errorMessage: Nullable(Text),
  childCount: Type.Integer({ minimum: 0, description: 'Runs that it has invoked' }),
  below: FlowCountsSchema,
};

const FlowRunSchema = Type.Object(flowNode, component('FlowTreeRun', 'A run of a flow, its children left out'));

/** A page of nodes in a node: as deep as `depth` goes, which a schema that is no recursion says level by level. */
const flowLevel = (children: TSchema, name: string) =>
  Type.Object(
    {
      ...flowNode,
      children: Type.Optional(
        Type.Object(
          {
            items: Type.Array(children),
            nextCursor: Nullable(Type.String({ description: 'For the `cursor` of the flow of this node' })),
          },
          {
            description:
              'The first of its children; left out where they are not shown here: ask for the flow of this run',
          },
        ),
      ),
    },
    component(name, 'A run of a flow'),
  );

/** Levels of a flow that one answer shows. */
export const maxFlowDepth = 3;

/** The tree of a flow. */
export const FlowTreeSchema = Type.Object(
  {
    run: FlowRunSchema,
    items: Type.Array(flowLevel(flowLevel(FlowRunSchema, 'FlowTreeChild'), 'FlowTreeNode')),
    nextCursor: Nullable(Type.String({ description: 'Give it as `cursor` to get the next page; null at the end' })),
  },
  component('FlowTree', 'A run and the runs below it'),
);
