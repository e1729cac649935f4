import type { FastifySchema } from 'fastify';
import type { App } from '../app-type.js';
import { problemType } from '../problem.js';

/**
 * Leaves the answers that are problems to the OpenAPI document: `sendProblem` writes them itself, so the routes
 * registered after this need no serializers for them. Fastify would compile one for each status of each route, 2,000 in
 * all, which took half of the time that the API takes to start.
 */
export function onlyDescribeProblems(app: App): void {
  app.addHook('onRoute', (route) => {
    const { schema } = route;
    if (schema?.response === undefined) return;
    route.config = { ...route.config, documented: route.config?.documented ?? schema };
    route.schema = { ...schema, response: withoutProblems(schema) };
  });
}

const withoutProblems = ({ response }: FastifySchema): Record<string, unknown> =>
  Object.fromEntries(Object.entries(Object(response)).filter(([, answer]) => !isProblem(Object(answer))));

const isProblem = (answer: object): boolean =>
  'content' in answer && Object.keys(Object(answer.content)).every((type) => type === problemType);
