import type { TaskLog } from '#contracts/task.js';
import type { Pool } from '#database/pool.js';
import { type LogLine, recordProgress, type Speaker } from '#database/runs/history.js';
import type { Logger } from '#process/log.js';
import type { RunRecord } from './run-record.js';
import type { RunView } from './run-view.js';
import type { ServerPaths } from './server-paths.js';

/** An attempt's log and progress on their way to the database. */
export interface RunRecorder extends TaskLog {
  progress(done: number, total: number): void;
  /** Writes what is left and stops. */
  close(): Promise<void>;
}

/** Lines are written together so often, so that a run that says much does not wait for each line. */
const flushMs = 500;
/** Lines of one attempt that are stored; more would be a flood nobody reads. */
const maxLines = 10_000;

/** Where the log lines and the progress of an attempt go. */
export interface RunLogDeps {
  readonly pool: Pool;
  readonly record: RunRecord;
  /** The process's own log. */
  readonly log: Logger;
  /** Taken out of what is stored; the process's own log keeps them. */
  readonly paths: ServerPaths;
}

/**
 * Collects an attempt's log lines and progress and writes them in the background. What cannot be written, because the
 * database is away, goes to the process's own log instead; the run goes on.
 */
export function recordRunLog(
  { pool, record, log: processLog, paths }: RunLogDeps,
  { requestId, ...fence }: Speaker & { readonly requestId?: string | null },
  view: RunView | undefined,
): RunRecorder {
  const { runId, attempt } = fence;
  const origin = requestId ? { requestId } : {};
  let lines: LogLine[] = [];
  let stored = 0;
  let progress: { done: number; total: number } | undefined;
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const write = async (): Promise<void> => {
    const batch = lines;
    const reached = progress;
    lines = [];
    progress = undefined;
    try {
      await Promise.all([
        batch.length > 0 && record.log(batch.map((line) => ({ ...line, fence }))),
        reached && recordProgress(pool, fence, reached.done, reached.total),
        view?.show(batch, reached),
      ]);
    } catch (error) {
      processLog.warn(
        { err: error, run: runId, lines: batch },
        'log lines of a run could not be stored; they are in this log only',
      );
    }
  };
  const hidden = (fields: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [key, typeof value === 'string' ? paths.hide(value) : value]),
    );
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length > 0 || progress) writing = writing.then(write);
    return writing;
  };
  const flushSoon = (): void => {
    timer ??= setTimeout(() => void flush(), flushMs).unref();
  };

  const say =
    (level: LogLine['level']) =>
    (message: string, fields?: Record<string, unknown>): void => {
      processLog[level]({ run: runId, attempt, ...origin, ...fields }, message);
      stored += 1;
      if (stored > maxLines) return;
      // Once is enough: the lines of an attempt are read together.
      const said = stored === 1 && requestId ? { ...origin, ...fields } : fields;
      const last = stored === maxLines ? ' (the log is full: later lines are only in the worker’s own log)' : '';
      lines.push({
        at: new Date(),
        level,
        message: paths.hide(message) + last,
        ...(said && { fields: hidden(said) }),
      });
      flushSoon();
    };
  return {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    progress(done, total) {
      progress = { done, total };
      flushSoon();
    },
    close: flush,
  };
}
