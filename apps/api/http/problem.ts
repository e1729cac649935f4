import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Fault, FaultList } from '#contracts/fault-list.js';

/** An answer that is an error, as RFC 9457 problem details show it. Thrown by routes, sent by the error handler. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly faults: FaultList | undefined;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    detail: string,
    extra: { faults?: FaultList; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: extra.cause });
    this.status = status;
    this.faults = extra.faults;
    this.headers = extra.headers ?? {};
  }
}

/** 404: nothing of that kind has this id or name. */
export const notFound = (detail: string): HttpProblem => new HttpProblem(404, detail);

/** 409: the thing is not in a state in which this can be done. */
export const conflict = (detail: string): HttpProblem => new HttpProblem(409, detail);

/** 422 with the faults; paths are JSON pointers into the body, or names of parameters. */
export const unfit = (faults: FaultList): HttpProblem =>
  new HttpProblem(422, `the request does not fit: ${faults.describe((each) => `${each.path} ${each.message}`)}`, {
    faults,
  });

/** 422 naming these faults. */
export function unprocessable(faults: readonly Fault[]): HttpProblem {
  const all = new FaultList();
  for (const { path, message } of faults) all.add(path, message);
  return unfit(all);
}

/** Media type of RFC 9457. */
export const problemType = 'application/problem+json';

/** Sends a problem. The text is made here, not by the route's schema, so that every error looks alike. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: HttpProblem): FastifyReply {
  const body = {
    type: 'about:blank',
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    // The path alone: a query may hold what is better not repeated.
    instance: request.url.split('?', 1)[0],
    ...(problem.faults ? { errors: problem.faults.named, errorCount: problem.faults.count } : {}),
  };
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .type(problemType)
    .serializer((text: string) => text)
    .send(JSON.stringify(body));
}
