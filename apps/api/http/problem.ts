import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Violation, ViolationList } from '#contracts/violation-list.js';
import { type ProblemCode, problemTypes, problemUri } from './problems/problem-types.js';

/** An answer that is an error, as RFC 9457 problem details show it. Thrown by routes, sent by the error handler. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly code: ProblemCode;
  readonly faults: ViolationList | undefined;
  /** The run that the problem is about. */
  readonly runId: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** @param detail what was expected, what came, what to do, in this very case */
  constructor(
    code: ProblemCode,
    detail: string,
    extra: { faults?: ViolationList; runId?: string; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: extra.cause });
    this.code = code;
    this.faults = extra.faults;
    this.runId = extra.runId;
    this.headers = extra.headers ?? {};
  }

  /** The HTTP status that it is answered with. */
  get status(): number {
    return problemTypes[this.code].status;
  }
}

/** 404: nothing of that kind has this id or name. */
export const notFound = (detail: string): HttpProblem => new HttpProblem('not-found', detail);

/** 409: the file or run is not in a state in which this can be done. */
export const wrongState = (detail: string): HttpProblem => new HttpProblem('wrong-state', detail);

/** 422 with the faults; paths are JSON pointers into the body, or names of parameters. */
export const unfit = (faults: ViolationList): HttpProblem =>
  new HttpProblem(
    'invalid-request',
    `the request does not fit: ${faults.describe((each) => `${each.path} ${each.message}`)}`,
    { faults },
  );

/** 422 naming these faults. */
export function unprocessable(faults: readonly Violation[]): HttpProblem {
  const all = new ViolationList();
  for (const { path, message } of faults) all.add(path, message);
  return unfit(all);
}

/** Media type of RFC 9457. */
export const problemType = 'application/problem+json';

/** What the bodies of all problems of a kind begin with. */
export function problemHead(code: ProblemCode, detail: string) {
  const { title, status } = problemTypes[code];
  return { type: problemUri(code), title, status, detail, code };
}

/** Sends a problem. The text is made here, not by the route's schema, so that every error looks alike. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: HttpProblem): FastifyReply {
  const { code, message, status, headers, runId, faults } = problem;
  const body = {
    ...problemHead(code, message),
    // The path alone: a query may hold what is better not repeated.
    instance: request.url.split('?', 1)[0],
    requestId: request.id,
    ...(runId === undefined ? {} : { runId }),
    ...(faults ? { errors: faults.named, errorCount: faults.count } : {}),
  };
  return reply
    .code(status)
    .headers(headers)
    .type(problemType)
    .serializer((text: string) => text)
    .send(JSON.stringify(body));
}
