import type { SwaggerTransform, SwaggerTransformObject } from '@fastify/swagger';
import type { FastifySchema } from 'fastify';
import { Components } from './components.js';

/**
 * How the OpenAPI document is made from the routes: schemas that `component` names are in it once, everything else stands
 * where it is used. The routes themselves keep their schemas whole, so that they are checked and written as before.
 */
export function namedComponents(): { transform: SwaggerTransform; transformObject: SwaggerTransformObject } {
  const components = new Components();

  const withRefs = ({ body, response, ...rest }: FastifySchema): FastifySchema => ({
    ...rest,
    ...(body === undefined ? {} : { body: components.refer(body) }),
    ...(response === undefined ? {} : { response: mapValues(Object(response), describeAnswer) }),
  });

  const describeAnswer = (answer: object): unknown =>
    'content' in answer
      ? components.refer(answer)
      : {
          ...('description' in answer ? { description: answer.description } : {}),
          content: { 'application/json': { schema: components.refer(answer) } },
        };

  return {
    transform({ schema, url, route }) {
      const own = route.config?.documented ?? route.schema;
      if (own === undefined || own.hide === true) return { schema, url };
      return { schema: { ...withRefs(own), ...(route.config?.public === true ? { security: [] } : {}) }, url };
    },
    transformObject(found) {
      if (!('openapiObject' in found)) throw new Error('expected an OpenAPI document, got one of Swagger 2');
      const document = { ...found.openapiObject };
      return Object.assign(document, { components: { ...document.components, schemas: components.schemas } });
    },
  };
}

const mapValues = (values: Record<string, object>, map: (value: object) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
