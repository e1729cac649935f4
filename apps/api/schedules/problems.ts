import { CalendarError } from '#calendar/calendar-types.js';
import { BackfillSpanError } from '#schedules/errors.js';
import { type HttpProblem, notFound, unprocessable } from '../http/problem.js';

/**
 * Names the field of a request in which a rule or a span is wrong.
 * @param prefix `/` for a body, nothing for a query
 * @throws HttpProblem 422, or what `work` threw if it is nothing of that kind
 */
export async function namingFields<T>(prefix: '/' | '', work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CalendarError || error instanceof BackfillSpanError)) throw error;
    throw unprocessable([{ path: `${prefix}${error.field}`, message: error.message }]);
  }
}

export const unknownSchedule = (name: string): HttpProblem =>
  notFound(`no schedule is named ${JSON.stringify(name)}; GET /api/schedules lists them`);
