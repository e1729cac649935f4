import type { Problem } from '../generated/api.js';

/** What the API refused, or that it could not be reached. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  /** 0: there was no answer. */
  readonly status: number;
  /** Undefined when the answer was none of the API. */
  readonly problem: Problem | undefined;
  /** Seconds after which the API wants to be asked again. */
  readonly retryAfter: number | undefined;

  constructor(status: number, message: string, problem?: Problem, retryAfter?: number) {
    super(message);
    this.status = status;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** The faults of single fields: the JSON pointer or the parameter's name, and what is wrong. */
  get faults(): readonly { readonly path: string; readonly message: string }[] {
    return this.problem?.errors ?? [];
  }
}

/** What an error says to a person. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
