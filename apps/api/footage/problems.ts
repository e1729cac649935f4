import { messageOf } from '#contracts/errors.js';
import { SerialProcessError } from '#faces/children/serial-process.js';
import { type FootageFault, footageFaultOf } from '#footage/errors.js';
import { HttpProblem } from '../http/problem.js';
import type { ProblemCode } from '../http/problems/problem-types.js';

const codes: Record<FootageFault, ProblemCode> = {
  'footage-missing': 'not-found',
  'frame-missing': 'not-found',
  'footage-unreadable': 'frame-unreadable',
  'frame-unreadable': 'frame-unreadable',
};

/** What a request for a frame is answered with that failed with this error. */
export function frameProblem(error: unknown): unknown {
  const fault = footageFaultOf(error);
  if (fault !== undefined) return new HttpProblem(codes[fault], messageOf(error));
  if (!(error instanceof SerialProcessError)) return error;
  if (error.fault === 'crashed') return new HttpProblem('frame-reader-failed', error.message, { cause: error });
  const seconds = error.fault === 'too-slow' ? 60 : 2;
  return new HttpProblem('frame-reader-busy', error.message, { headers: { 'retry-after': String(seconds) } });
}
