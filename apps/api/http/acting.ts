import type { FastifyRequest } from 'fastify';
import { type ActionName, endAction, insertAction } from '#database/actions.js';
import { actorOf } from '../auth/client.js';
import type { ApiDeps } from '../deps.js';
import { toProblem } from './errors.js';

/** How what was done is answered, where that is not 200. */
const answers: Partial<Record<ActionName, number>> = {
  'retry-run': 202,
  'create-schedule': 201,
  'delete-schedule': 204,
  'run-schedule': 202,
  'replace-file': 201,
};

/** What somebody asks to have done, as it is recorded. */
export interface Act {
  readonly action: ActionName;
  readonly subject: string;
  readonly runId?: string;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** Characters of JSON that are recorded of what came with an action; a list of actions shows hundreds of them. */
const maxDetail = 4_000;

function briefly(detail: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { length } = JSON.stringify(detail);
  return length > maxDetail ? { omitted: `${length} characters of JSON` } : detail;
}

/**
 * Does what somebody asks for: it is recorded before, and then what came of it.
 * @param work returns what the request is answered with; `outcomeOf` says what is recorded of that
 * @throws what `work` throws; when nothing can be recorded, nothing is done
 */
export async function acting<T>(
  { pool }: Pick<ApiDeps, 'pool'>,
  request: FastifyRequest,
  { action, subject, runId, detail }: Act,
  work: () => Promise<T>,
  outcomeOf: (result: T) => Readonly<Record<string, unknown>>,
): Promise<T> {
  const entry = {
    ...actorOf(request),
    action,
    subject,
    queue: null,
    runId: runId ?? null,
    detail: detail ? briefly(detail) : null,
  };
  const id = await insertAction(pool, entry);
  const ended = async (status: number, outcome?: Readonly<Record<string, unknown>>): Promise<void> => {
    request.log.info({ ...entry, ...outcome, status }, `${action} was asked for by hand`);
    try {
      await endAction(pool, id, status, outcome);
    } catch (error) {
      request.log.error({ err: error, id }, 'how an action was answered is not recorded');
    }
  };
  try {
    const result = await work();
    await ended(answers[action] ?? 200, outcomeOf(result));
    return result;
  } catch (error) {
    await ended(toProblem(error, request).status);
    throw error;
  }
}
