import { messageOf } from '#contracts/errors.js';
import type { Logger } from './log.js';

/** Exit codes that a shell gives a process killed by the signal: 128 + its number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof exitCodes;

/**
 * A terminal sends Ctrl-C to every process of its group and npm passes it on to its child once more, so one press
 * arrives twice within milliseconds. A repetition this soon is not taken for a second wish.
 */
const echoMs = 300;

export interface StopOptions {
  /** Finishes or hands back the work and releases everything; called once. */
  soft(): Promise<void>;
  /** What must not outlive an exit at once or after the deadline (child processes); synchronous. */
  hard?(): void;
  /** How long `soft` may take, in milliseconds. */
  readonly deadlineMs: number;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Names what the stop is waiting for, for the message after the deadline. */
  pending?(): string[];
}

/** Handle of the installed signal handlers. */
export interface StopSignals {
  /** Starts the soft stop as a signal would, for example because the parent is gone. */
  stop(reason: string): void;
  /** Whether a stop has been asked for. */
  stopping(): boolean;
  /** Takes the handlers away again, for tests. */
  uninstall(): void;
}

/**
 * Makes SIGTERM and SIGINT stop this process: the first one calls `soft` and exits 0 when that is done, 1 when it
 * fails or passes the deadline; a second one exits at once with 130 or 143.
 */
export function onStopSignal({ soft, hard, deadlineMs, log, pending }: StopOptions): StopSignals {
  let stoppingSince: number | undefined;

  const leave = (code: number): never => {
    hard?.();
    process.exit(code);
  };

  const stop = (reason: string): void => {
    if (stoppingSince !== undefined) return;
    stoppingSince = performance.now();
    log.info(`stopping (${reason})`);
    const deadline = setTimeout(() => {
      const names = pending?.() ?? [];
      log.error(`still not stopped after ${deadlineMs} ms${names.length > 0 ? `: ${names.join(', ')}` : ''}; exiting`);
      leave(1);
    }, deadlineMs);
    soft().then(
      () => {
        clearTimeout(deadline);
        log.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, `the stop failed: ${messageOf(error)}`);
        leave(1);
      },
    );
  };

  const onSignal = (signal: StopSignal) => (): void => {
    if (stoppingSince === undefined) {
      stop(signal);
    } else if (performance.now() - stoppingSince >= echoMs) {
      log.warn(`${signal} again: exiting at once`);
      leave(exitCodes[signal]);
    }
  };

  const handlers = { SIGINT: onSignal('SIGINT'), SIGTERM: onSignal('SIGTERM') };
  process.on('SIGINT', handlers.SIGINT);
  process.on('SIGTERM', handlers.SIGTERM);
  return {
    stop,
    stopping: () => stoppingSince !== undefined,
    uninstall() {
      process.off('SIGINT', handlers.SIGINT);
      process.off('SIGTERM', handlers.SIGTERM);
    },
  };
}
