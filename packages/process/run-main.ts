import type { SettingKey } from '#config/app-settings.js';
import { messageOf, SetupError } from '#contracts/errors.js';
import { createLogger, isBrokenPipe, type Logger } from './log.js';
import { reportOutputClosed } from './output-closed.js';
import { type AppConfig, readSettings } from './read-settings.js';
import { createReleasers, type Releasers } from './releasers.js';
import { onStopSignal, type StopSignals } from './stop-signals.js';
import { answerPings } from './supervisor-messages.js';

/** EX_CONFIG of BSD's sysexits.h: only a person can mend it, so the supervisor does not restart the process. */
export const setupErrorExitCode = 78;

/** How long a start that failed may take to close what it had opened. */
const failedStartDeadlineMs = 10_000;

/** What the entry of an app is given. */
export interface MainContext<K extends SettingKey = SettingKey> {
  readonly config: AppConfig<K>;
  /** The environment that the config was read from, `.env` included. */
  readonly env: NodeJS.ProcessEnv;
  /** The mask of file modes that this process was started with; its own files are private, see `runMain`. */
  readonly umask: number;
  readonly log: Logger;
  /** Register each resource here as it is opened; the stop releases them in reverse order. */
  readonly releasers: Releasers;
  /** Stops this process as a signal would: releases everything, then exits. */
  stop(reason: string): void;
}

export interface MainOptions<K extends SettingKey> {
  /** How long the stop may take, in milliseconds; `stopTimeoutMs` of the config if not given. */
  stopDeadlineMs?(config: AppConfig<K>): number;
  /** What must not outlive an exit of any kind that skips the releasers; synchronous. */
  hardStop?(): void;
}

/**
 * Runs the entry of an app: reads the settings, starts it, and keeps it until it is stopped.
 *
 * `start` opens what the app needs and returns once it works (most call `announceReady` last); the process goes on
 * until SIGTERM, SIGINT or the loss of its parent, then `releasers` are released and it exits 0. A SetupError is shown
 * as plain lines on standard error and exits 78; anything else thrown, now or later, is logged and exits 1.
 *
 * Files and folders that the process makes are for its user alone; what is for others as well (the inbox) is given its
 * mode by who makes it.
 * @param app who speaks in the log. The supervisor distinguishes its children by their first command-line argument, for
 * example `worker-2`, which is used instead when it starts with the app's name.
 * @param settings those that the app uses besides the common ones; no others are read
 */
export async function runMain<K extends SettingKey>(
  app: string,
  settings: readonly K[],
  start: (context: MainContext<K>) => Promise<void>,
  options: MainOptions<K> = {},
): Promise<void> {
  const umask = process.umask(0o077);
  const given = process.argv[2];
  const name = given?.startsWith(`${app}-`) ? given : app;
  const releasers = createReleasers();
  let signals: StopSignals | undefined;
  /**
   * Nobody reads what we write, as in `npm start | head`: a reason to stop. Of children only the supervisor decides.
   */
  const onClosed = (): void => {
    if (process.connected) reportOutputClosed();
    else signals?.stop('nobody reads its output any more');
  };
  let log = createLogger({ name, level: 'info', format: 'auto', onClosed });

  const report = (error: unknown, what: string): void => {
    if (error instanceof SetupError) {
      process.stderr.write(`${name}: ${error.message.replaceAll('\n', `\n${name}: `)}\n`);
    } else {
      log.fatal({ err: error }, `${what}: ${messageOf(error)}`);
    }
  };
  const exit = (error: unknown): never => {
    options.hardStop?.();
    process.exit(error instanceof SetupError ? setupErrorExitCode : 1);
  };
  const fail =
    (what: string) =>
    (error: unknown): void => {
      report(error, what);
      exit(error);
    };
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => (isBrokenPipe(error) ? onClosed() : fail('the output failed')(error)));
  }
  process.on('uncaughtException', fail('uncaught exception'));
  process.on('unhandledRejection', fail('unhandled rejection'));

  answerPings();

  try {
    const { config, env } = readSettings(settings);
    log = createLogger({ name, level: config.logLevel, format: config.logFormat, onClosed });
    signals = onStopSignal({
      soft: () => releasers.release(),
      pending: () => releasers.pending(),
      deadlineMs: options.stopDeadlineMs?.(config) ?? config.stopTimeoutMs,
      log,
      ...(options.hardStop ? { hard: options.hardStop } : {}),
    });
    const { stop } = signals;
    // The supervisor holds the other end of the channel; its death by SIGKILL shows in no other way.
    if (process.connected) process.on('disconnect', () => stop('the supervisor is gone'));
    await start({ config, env, umask, log, releasers, stop });
  } catch (error) {
    if (signals?.stopping()) {
      // What the stop closed is missing to the start that it overtook; the stop's own end decides how this exits.
      log.debug({ err: error }, 'start cancelled by the stop');
      return;
    }
    report(error, 'the start failed');
    // A start that failed halfway has opened things (a server, child processes) that want to be closed in order.
    setTimeout(() => exit(error), failedStartDeadlineMs);
    await releasers.release().catch((failure: unknown) => log.error({ err: failure }, messageOf(failure)));
    exit(error);
  }
}
