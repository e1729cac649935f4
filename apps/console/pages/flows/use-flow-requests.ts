import { useState } from 'react';
import { call } from '../../client/call.js';
import { ApiProblem } from '../../client/problem.js';
import { type Fault, faultsBelow } from '../../form/fault.js';
import { checkRun, startRun } from '../../generated/api.js';

interface Answer {
  /** What was checked, or was to be started. */
  readonly judged: unknown;
  readonly faults: readonly Fault[];
  readonly error?: unknown;
  readonly isRight: boolean;
}

const none: Answer = { judged: undefined, faults: [], isRight: false };

/** Asks the server whether a flow is right, and has it started. */
export function useFlowRequests(onStarted: (id: string) => void) {
  const [answer, setAnswer] = useState(none);
  const [busy, setBusy] = useState<'check' | 'start'>();
  const ask = async (what: 'check' | 'start', input: unknown): Promise<void> => {
    setBusy(what);
    try {
      const request = { name: 'flow', newRun: { input } };
      if (what === 'check') {
        await call(checkRun(request));
        setAnswer({ judged: input, faults: [], isRight: true });
      } else {
        const { id } = await call(startRun(request));
        setAnswer(none);
        onStarted(id);
      }
    } catch (error) {
      const faults = error instanceof ApiProblem ? faultsBelow(error.faults, '/input') : [];
      setAnswer({ judged: input, faults, error, isRight: false });
    } finally {
      setBusy(undefined);
    }
  };
  return {
    ...answer,
    busy,
    check: (input: unknown) => ask('check', input),
    start: (input: unknown) => ask('start', input),
    forget: () => setAnswer(none),
  };
}
