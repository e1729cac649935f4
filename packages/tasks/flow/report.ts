import type { Static } from 'typebox';
import type { InvokedRunError } from '#contracts/invoke-errors.js';
import type { FlowOutput, StepState } from './steps.js';

/** How a step or a group ended. */
export interface StepEnd {
  readonly state: StepState;
  readonly output?: unknown;
  /** The run of a step; one with `forEach` has several. */
  readonly runId?: string;
  /** How many runs the `forEach` of a step has made. */
  readonly runs?: number;
  /** Of the run that failed, of several the first. */
  readonly error?: InvokedRunError;
}

/** Characters of the output of one step, and of all, that the output of a flow repeats. */
const maxOutput = 16 * 1024;
const maxOutputs = 256 * 1024;

/** What a flow gives: how its steps ended, with their outputs as far as they are short. */
export function reportOf(ends: ReadonlyMap<string, StepEnd>, flowId: string): Static<typeof FlowOutput> {
  let left = maxOutputs;
  const steps = [...ends].map(([key, { state, output, runId, runs }]) => {
    const length = output === undefined ? 0 : JSON.stringify(output).length;
    const isShown = length <= Math.min(maxOutput, left);
    if (isShown) left -= length;
    const outputAt = runId === undefined ? `/api/runs?parentId=${flowId}` : `/api/runs/${runId}`;
    const step = {
      state,
      ...(runId === undefined ? {} : { runId }),
      ...(runs === undefined ? {} : { runs }),
      ...(output === undefined ? {} : isShown ? { output } : { outputAt }),
    };
    return [key, step] as const;
  });
  return { steps: Object.fromEntries(steps) };
}
