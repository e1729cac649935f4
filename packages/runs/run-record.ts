import type { Pool } from '#database/pool.js';
import { type Ended, type Ending, endAlone, endAttempts } from '#database/runs/attempt-ends.js';
import type { Begin } from '#database/runs/attempt-types.js';
import { type Beginning, beginAttempt, beginAttempts, type LimitedRun } from '#database/runs/attempts.js';
import { type AttemptLogLine, appendLog } from '#database/runs/history.js';
import { beginWithinLimits, type LimitedBeginning } from '#database/runs/limits.js';
import { type EndedStep, recordStep, recordSteps } from '#database/runs/steps.js';
import { inGroups } from './group.js';

/**
 * What a worker process writes into the record of its runs. Attempts that begin, end, or say something at about the same
 * time share a statement and its commit.
 */
export interface RunRecord {
  /** See `beginAttempt`. */
  begin(beginning: Beginning): Promise<Begin>;
  /** Ends an attempt outside any transaction of its work. @throws FencedError when it no longer holds its run */
  end(ending: Ending): Promise<Ended>;
  /** @throws FencedError when the attempt no longer holds its run */
  step(step: EndedStep): Promise<void>;
  log(lines: readonly AttemptLogLine[]): Promise<void>;
}

/** Where a run record is written. */
export interface RunRecordDeps {
  /** Sessions that look rows up by key, one for each kind of group. */
  readonly groupPool: Pool;
  /** For what has to be done alone, and may wait there for a lock that somebody holds for long. */
  readonly pool: Pool;
}

/** Sessions of `groupPool`. */
export const groupKinds = 4;

export function createRunRecord({ groupPool, pool }: RunRecordDeps): RunRecord {
  const step = inGroups<EndedStep, true>({
    together: (steps) => recordSteps(groupPool, steps),
    alone: (one) => recordStep(pool, one),
    bytes: ({ output }) => output?.length ?? 0,
  });
  const log = inGroups<readonly AttemptLogLine[], true>({
    async together(parts) {
      await appendLog(groupPool, parts.flat());
      return parts.map(() => true);
    },
    async alone(lines) {
      await appendLog(pool, lines);
      return true;
    },
    bytes: (lines) => lines.reduce((sum, { message }) => sum + message.length, 0),
  });
  const alone = ({ runId, workerId, attempts }: Beginning): Promise<Begin> =>
    beginAttempt(pool, runId, workerId, attempts);
  const beginReady = inGroups<Beginning, Begin | LimitedRun>({
    together: (beginnings) => beginAttempts(groupPool, beginnings),
    alone,
  });
  const beginLimited = inGroups<LimitedBeginning, Begin>({
    together: (beginnings) => beginWithinLimits(pool, beginnings),
    alone,
  });
  return {
    async begin(beginning) {
      const begin = await beginReady(beginning);
      return begin.kind === 'limited' ? await beginLimited({ ...beginning, task: begin.task }) : begin;
    },
    end: inGroups<Ending, Ended>({
      together: (endings) => endAttempts(groupPool, endings),
      alone: (ending) => endAlone(pool, ending),
      bytes: ({ row, children }) => row.length + children.length,
    }),
    async step(ended) {
      await step(ended);
    },
    async log(lines) {
      await log(lines);
    },
  };
}
