import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';

/** The Fastify instance of the API: requests and responses are typed from their TypeBox schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs no token. Routes are guarded unless they say so. */
    public?: boolean;
    /** Its body may take as long as an upload may. */
    upload?: boolean;
    /** What the OpenAPI document says of it where that is more than the route itself has to know. */
    documented?: FastifySchema;
  }
}
