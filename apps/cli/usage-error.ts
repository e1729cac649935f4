/** The command line asks for what cannot be, such as a task that there is not; the message says what was expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
