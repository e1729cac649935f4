import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { messageOf } from '#contracts/errors.js';
import { InvalidInputError } from '#contracts/validate.js';
import { isConnectionError, sqlState } from '#database/error-kinds.js';
import { RunsLockedError } from '#database/runs/locks.js';
import { IdempotencyKeyReusedError } from '#runs/start-run.js';
import { type ScheduleRefusal, ScheduleRefusedError } from '#schedules/errors.js';
import type { App } from './app-type.js';
import { HttpProblem, sendProblem, unfit } from './problem.js';
import type { ProblemCode } from './problems/problem-types.js';
import { requestIdHeader } from './request-id.js';
import { securityHeaders } from './security-headers.js';

/** What may answer an unknown address instead of a problem; undefined: it does not. */
type AnswerUnknown = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined;

/** Answers every error with problem details, and every unknown address that `answerUnknown` leaves. */
export function answerErrors(app: App, answerUnknown: AnswerUnknown = () => undefined): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error, request);
    const { url } = request;
    if (problem.status === 500) request.log.error({ err: error, url }, messageOf(error));
    // Which line of ours noticed that the database was away does not matter; stacks would fill the log.
    else if (problem.status > 500) request.log.warn({ url }, messageOf(error).trim());
    return sendProblem(request, reply, problem);
  });
  app.setNotFoundHandler(
    (request, reply) => answerUnknown(request, reply) ?? sendProblem(request, reply, unknownAddress(request)),
  );
}

/** Answers requests that fail before a route is found, for example an address that is no valid URL. No hook sees them. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({ ...securityHeaders, [requestIdHeader]: request.id });
  void sendProblem(request, reply, toProblem(error, request));
}

const unknownAddress = (request: FastifyRequest): HttpProblem =>
  new HttpProblem('unknown-address', `nothing answers ${request.method} at this address; /docs lists what does`);

const scheduleCodes: Record<ScheduleRefusal, ProblemCode> = {
  exists: 'schedule-exists',
  'of-task': 'schedule-of-task',
  off: 'schedule-off',
};

/** What a request is answered with whose work threw an error. */
export function toProblem(error: unknown, request: FastifyRequest): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof InvalidInputError) return unfit(error.violations.at((path) => `/input${path}`));
  if (error instanceof IdempotencyKeyReusedError) {
    return new HttpProblem('idempotency-key-reused', error.message, { runId: error.runId });
  }
  if (error instanceof RunsLockedError) {
    return new HttpProblem('runs-locked', error.message, { headers: { 'retry-after': '2' }, cause: error });
  }
  if (error instanceof ScheduleRefusedError) return new HttpProblem(scheduleCodes[error.refusal], error.message);
  if (isAway(error)) {
    return new HttpProblem('database-unavailable', 'the database cannot be reached at the moment; try again soon', {
      headers: { 'retry-after': '5' },
    });
  }
  // Class 22: a value passed its schema, but is none that PostgreSQL can hold (a NUL character, a day 31 of February).
  if (sqlState(error)?.startsWith('22'))
    return new HttpProblem('unusable-value', `a value cannot be used: ${messageOf(error)}`);
  const code = isFrameworkError(error) ? codeOf(error) : undefined;
  if (code !== undefined) return new HttpProblem(code, messageOf(error));
  return new HttpProblem(
    'internal-error',
    `something failed here, not in the request; the log has it under request ${request.id}`,
  );
}

/** The framework's and its plugins' errors that are the request's fault have a status from 400 to 499. */
function codeOf({ code, statusCode = 500 }: FastifyError): ProblemCode | undefined {
  if (statusCode < 400 || statusCode > 499) return undefined;
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return 'malformed-json';
  switch (statusCode) {
    case 413:
      return 'content-too-large';
    case 414:
      return 'address-too-long';
    case 415:
      return 'unsupported-media-type';
    default:
      // The framework's own codes have ERR in their names, those of the form's parser do not.
      return code.startsWith('FST_ERR_') ? 'malformed-request' : 'malformed-form';
  }
}

const isFrameworkError = (error: unknown): error is FastifyError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';

/** Prisma wraps the driver's error; its codes P10xx mean that the server was not reached. */
function isAway(error: unknown): boolean {
  if (isConnectionError(error)) return true;
  if (!(error instanceof Error) || !error.name.startsWith('PrismaClient')) return false;
  const code = 'code' in error ? String(error.code) : '';
  return /^P10\d\d$/.test(code) || /can't reach database|connection (terminated|timeout)/i.test(error.message);
}
