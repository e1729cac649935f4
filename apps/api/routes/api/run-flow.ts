import { Type } from 'typebox';
import { runStates } from '#contracts/states.js';
import { type FlowNode, readFlow } from '#database/queries/flow-tree.js';
import type { Page } from '#database/queries/page.js';
import { readingLimitMs, readTogether } from '#database/queries/reading.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { notFound } from '../../http/problem.js';
import { ListQuery, namedIn, OneOrMore, problems, RunId } from '../../http/schemas.js';
import { FlowTreeSchema, maxFlowDepth } from './flow-schemas.js';

const includes = ['attempts'] as const;

const FlowQuery = ListQuery({
  depth: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: maxFlowDepth,
      default: 2,
      description: 'Levels below the run; of those below its children the first 20 of each node are shown, 500 in all',
    }),
  ),
  state: Type.Optional(
    OneOrMore(runStates, 'Instead of the tree, a list of all runs below the run that are in such a state'),
  ),
  include: Type.Optional(OneOrMore(includes, 'What is added to each run: its latest attempts, at most 20')),
});

/** GET /api/runs/{id}/flow. */
export async function runFlowRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/runs/:id/flow',
    {
      schema: {
        operationId: 'getFlow',
        tags: ['runs'],
        summary: 'A run and the runs below it: states, times and counts, page by page',
        params: Type.Object({ id: RunId }),
        querystring: FlowQuery,
        response: { 200: FlowTreeSchema, ...problems(404, 422) },
      },
    },
    async ({ params, query }) => {
      const wanted = {
        depth: query.depth ?? 2,
        states: namedIn(runStates, query.state),
        withAttempts: namedIn(includes, query.include)?.includes('attempts') === true,
        ...readPage(RunId, query),
      };
      const flow = await readTogether(pool, readingLimitMs, (tx) => readFlow(tx, params.id, wanted));
      if (!flow) throw notFound(`no run has the id ${params.id}`);
      return { run: flow.run, ...toNodes(flow.page) };
    },
  );
}

/** A node as it is answered: where the next page of its children starts is a cursor there. */
interface ShownNode extends Omit<FlowNode, 'children'> {
  readonly children?: ShownPage;
}
interface ShownPage {
  readonly items: ShownNode[];
  readonly nextCursor: string | null;
}

function toNodes({ items, next }: Page<FlowNode, string>): ShownPage {
  const shown = items.map(({ children, ...node }) => (children ? { ...node, children: toNodes(children) } : node));
  return toPage({ items: shown, next });
}
