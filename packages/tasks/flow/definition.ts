import { defineTask } from '#contracts/task.js';
import { checkFlow } from './check.js';
import { FlowInput, FlowOutput } from './steps.js';

export const definition = defineTask({
  name: 'flow',
  description:
    'Runs other tasks as steps of a flow: one after another or at a time, on conditions, once for each element of a list, ' +
    'with outputs passed on. The whole flow is checked before any of it is recorded.',
  queue: 'general',
  input: FlowInput,
  output: FlowOutput,
  check: checkFlow,
  // What may pass is a fault of the surroundings: the steps have their own tries.
  retry: { attempts: 5, backoffMs: 2_000, maxBackoffMs: 60_000 },
  timeoutMs: 10 * 60_000,
  concurrency: 8,
  priority: 0,
});
