import { sqlState } from '#database/error-kinds.js';
import { HttpProblem } from './problem.js';

/** SQLSTATE of a statement that was given up, here since it took longer than its limit. */
const givenUp = '57014';

/**
 * Passes on what a question to the database answers.
 * @throws HttpProblem 503 saying how to narrow the question when the database gave it up
 */
export async function refuseSlowQuery<T>(answer: Promise<T>, advice: string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (sqlState(error) !== givenUp) throw error;
    throw new HttpProblem('query-too-slow', `the database took too long over this and was stopped; ${advice}`, {
      headers: { 'retry-after': '30' },
      cause: error,
    });
  }
}
