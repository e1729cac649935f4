import { type Logger, type LoggerOptions as PinoOptions, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import { codeOf } from '#contracts/error-codes.js';
import { countRepeats } from './repeats.js';
import { escapedLine, visibleLine } from './visible.js';

export type { Logger } from 'pino';

/** How a process writes its log. */
export interface LoggerOptions {
  /** Who speaks, for example `worker-2`. */
  readonly name: string;
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** `auto`: for people on a terminal, one JSON object per line elsewhere. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Called when nobody reads standard output any more; lines are dropped from then on. */
  onClosed?(): void;
}

/**
 * A logger that writes to standard output before the call returns, so that the last words of a process that exits
 * are not lost (a transport in a worker thread would lose them). Warnings and errors that repeat are counted.
 */
export function createLogger({ name, level, format, onClosed }: LoggerOptions): Logger {
  const pretty = format === 'pretty' || (format === 'auto' && process.stdout.isTTY);
  // File names, which anybody may choose, are part of many lines.
  const streamWrite = pretty ? visibleLine : escapedLine;
  const options: PinoOptions = { name, level, hooks: { logMethod: countingMethod(), streamWrite } };
  const output = pino.destination({ dest: 1, sync: true });
  output.on('error', (error: Error) => {
    if (!isBrokenPipe(error)) throw error;
    onClosed?.();
  });
  if (!pretty) return pino(options, output);
  return pino(
    options,
    PinoPretty({
      destination: output,
      colorize: process.stdout.isTTY && process.stdout.hasColors(),
      ignore: 'pid,hostname',
      singleLine: true,
      translateTime: 'SYS:HH:MM:ss.l',
    }),
  );
}

/** Whether an error says that nobody reads what is written any more. */
export const isBrokenPipe = (error: unknown): boolean => codeOf(error) === 'EPIPE';

/** Repetitions of these are counted: what is said of work done (below) and last words (above) is always written. */
const warnLevel = 40;
const fatalLevel = 60;

function countingMethod(): NonNullable<NonNullable<PinoOptions['hooks']>['logMethod']> {
  const repeats = countRepeats();
  process.on('exit', () => repeats.flush());
  return function write(args, method, level) {
    const line = level >= warnLevel && level < fatalLevel ? describeLine(this, level, args) : undefined;
    const writeCount = (times: number, seconds: number): void => {
      const during = seconds > 0 ? ` in the last ${seconds} s` : '';
      Reflect.apply(method, this, [{ repeated: times }, `${textOf(args)} (repeated ${times} times${during})`]);
    };
    if (line === undefined || repeats.isNew(line, writeCount)) method.apply(this, args);
  };
}

/**
 * All that is written but the time, errors by what they say and not by their stack; undefined: it cannot be compared.
 */
function describeLine(log: Logger, level: number, args: readonly unknown[]): string | undefined {
  try {
    return JSON.stringify([level, log.bindings(), args], (_key, value: unknown) => {
      if (typeof value === 'bigint') return `${value}`;
      return value instanceof Error ? [value.name, value.message, 'code' in value ? value.code : null] : value;
    });
  } catch {
    return undefined;
  }
}

/** The line's words, which follow what is logged with them. */
function textOf(args: readonly unknown[]): string {
  const text = args.find((arg) => typeof arg === 'string');
  const [first] = args;
  return text ?? (first instanceof Error ? first.message : 'the line before');
}
