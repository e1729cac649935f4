import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { messageOf } from '#contracts/errors.js';
import { listenError } from './listen.js';
import type { Logger } from './log.js';
import type { Releasers } from './releasers.js';
import { withTimeLimit } from './time-limit.js';

/** What a process needs to do its work, by name: why it is not there, or undefined. */
export type HealthChecks = Readonly<Record<string, () => Promise<string | undefined>>>;

/** What a process says of its health. */
export interface HealthOptions {
  /** Undefined: nothing listens. */
  readonly port: number | undefined;
  readonly host: string;
  readonly checks: HealthChecks;
  /** What else is said when it is ready, for example whether it leads. */
  facts?(): Promise<Readonly<Record<string, unknown>>>;
  readonly log: Logger;
  readonly releasers: Releasers;
}

/** How long one check may take, in milliseconds: less than the patience of those who ask. */
const checkMs = 3_000;

/**
 * Answers a container platform that asks how a process without an API is: `GET /livez` whenever the event loop comes to it,
 * `GET /readyz` with 503 and the reasons while something is missing. Off without a port.
 * @throws SetupError when the port is in use
 */
export async function answerHealth({ port, host, checks, facts, log, releasers }: HealthOptions): Promise<void> {
  if (port === undefined) return;
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    const isAsked = request.method === 'GET' || request.method === 'HEAD';
    if (isAsked && path === '/livez') return send(response, 200, { status: 'ok' });
    if (!isAsked || path !== '/readyz')
      return send(response, 404, { status: 'unknown address', known: ['/livez', '/readyz'] });
    void readiness(checks, facts, log).then(({ status, body }) => send(response, status, body));
  });
  // Who asks asks in a moment; nobody keeps a connection, or sends a body.
  server.requestTimeout = 2 * checkMs;
  server.maxConnections = 20;
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error, host, port, 'HEALTH_');
  }
  releasers.add('health', () => {
    server.close();
    server.closeAllConnections();
  });
}

async function readiness(
  checks: HealthChecks,
  facts: HealthOptions['facts'],
  log: Logger,
): Promise<{ status: number; body: object }> {
  const found = await Promise.all(
    Object.entries(checks).map(async ([check, ask]) => {
      try {
        const reason = await withTimeLimit(ask(), checkMs, check);
        return reason === undefined ? [] : [{ check, reason }];
      } catch (error) {
        log.debug({ err: error }, `not ready: ${check}: ${messageOf(error)}`);
        return [{ check, reason: `the ${check} cannot be reached` }];
      }
    }),
  );
  const reasons = found.flat();
  if (reasons.length > 0) return { status: 503, body: { status: 'not ready', reasons } };
  const more = facts ? await withTimeLimit(facts(), checkMs, 'the facts').catch(() => ({})) : {};
  return { status: 200, body: { status: 'ready', ...more } };
}

function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', connection: 'close' })
    .end(JSON.stringify(body));
}
