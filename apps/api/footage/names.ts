import { unprocessable } from '../http/problem.js';

const kinds = { metric: 'metrics', label: 'classes of labels' } as const;

/**
 * Reads names that are separated by commas.
 * @param parameter whose value they are
 * @throws HttpProblem 422 when one is empty
 */
export function readNames(text: string | undefined, parameter: keyof typeof kinds): string[] | undefined {
  const names = text?.split(',').map((name) => name.trim());
  if (names?.includes('') !== true) return names;
  const message = `must be names of ${kinds[parameter]}, separated by commas; one is empty`;
  throw unprocessable([{ path: parameter, message }]);
}
