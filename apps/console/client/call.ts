import type { Problem } from '../generated/api.js';
import { ApiProblem } from './problem.js';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: unknown;
}

/** The data of the answers that are no problem. */
type Good<T> = T extends { status: 200 | 201 | 202 | 204; data: infer D } ? D : never;

/**
 * What a function of the generated client answers.
 * @throws ApiProblem when the API refuses, or cannot be reached
 */
export async function call<T extends Answer>(request: Promise<T>): Promise<Good<T>> {
  const answer = await request.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(0, 'Millrace did not answer. Is it running, and is this machine connected to it?');
  });
  if (isGood(answer)) return answer.data;
  if (answer.status === 401) goToLogin();
  const problem = isProblem(answer.data) ? answer.data : undefined;
  const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
  throw new ApiProblem(
    answer.status,
    problem ? sentence(problem.detail) : `Millrace answered with status ${answer.status} and no explanation.`,
    problem,
    Number.isFinite(retryAfter) ? retryAfter : undefined,
  );
}

function isGood<T extends Answer>(answer: T): answer is T & { data: Good<T> } {
  return answer.status >= 200 && answer.status < 300;
}

function isProblem(data: unknown): data is Problem {
  return typeof data === 'object' && data !== null && 'code' in data && 'detail' in data;
}

/** To where one signs in; afterwards one is back where one was. */
function goToLogin(): void {
  const here = location.pathname + location.search;
  location.assign(`/login?next=${encodeURIComponent(here)}`);
}

const sentence = (text: string): string => {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
};
