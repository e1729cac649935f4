import type { RunState } from '../../generated/api.js';
import { Duration } from '../../ui/duration.js';

export interface RunDurationProps {
  readonly run: { readonly state: RunState; readonly startedAt: string | null; readonly endedAt: string | null };
}

/** How long a run took, or has taken so far. One that is to be tried again has begun before, and does not go on now. */
export function RunDuration({ run: { state, startedAt, endedAt } }: RunDurationProps) {
  const isToBegin = state === 'queued' || state === 'delayed';
  return <Duration startedAt={isToBegin ? null : startedAt} endedAt={endedAt} />;
}
