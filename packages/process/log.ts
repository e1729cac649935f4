import { type Logger, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { escapedLine, visibleLine } from './visible.js';

export type { Logger } from 'pino';

/** How a process writes its log. */
export interface LoggerOptions {
  /** Who speaks, for example `worker-2`. */
  readonly name: string;
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** `auto`: for people on a terminal, one JSON object per line elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty';
}

/**
 * A logger that writes to standard output before the call returns, so that the last words of a process that exits
 * are not lost (a transport in a worker thread would lose them).
 */
export function createLogger({ name, level, format }: LoggerOptions): Logger {
  const pretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY);
  // File names, which anybody may choose, are part of many lines.
  const options = { name, level, hooks: { streamWrite: pretty ? visibleLine : escapedLine } };
  if (!pretty) return pino(options, pino.destination({ dest: 1, sync: true }));
  return pino(
    options,
    PinoPretty({
      sync: true,
      colorize: process.stdout.isTTY && process.stdout.hasColors(),
      ignore: 'pid,hostname',
      singleLine: true,
      translateTime: 'SYS:HH:MM:ss.l',
    }),
  );
}
