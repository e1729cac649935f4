/**
 * Errors carry behaviour: the class that a task throws decides what happens to its run and its file.
 * Everything that is not one of these is taken for a passing fault and retried with backoff.
 */

/** A stable, machine-readable kind of bad input, shown beside the reason (for example `truncated`). */
export type BadInputCode = string;

/**
 * The input can never be loaded as it is. Never retried: its file is quarantined, with the message as the reason,
 * so the message says what was expected, what came, and what to do.
 */
export class BadInputError extends Error {
  override readonly name = 'BadInputError';
  readonly code: BadInputCode;
  constructor(code: BadInputCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The file's bytes moved while they were read; the ledger takes it back to `arriving`. */
export class FileChangedError extends Error {
  override readonly name = 'FileChangedError';
}

/**
 * The file could not be read for a reason that may pass, such as a disk or a network drive that fails. It is tried again
 * in a run of its own, so that it holds up no other.
 */
export class FileFaultError extends Error {
  override readonly name = 'FileFaultError';
}

/** This attempt no longer holds its run (stall, pause, partition, cancel); nothing of it may be committed. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

/** A setting or a surrounding condition is wrong and only a person can mend it; shown as one line, no stack. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

/** The message of anything thrown, for logs and records. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
