/**
 * What brought a run to another state or attempt, in words for people. The triggers of ops.run name them
 * (prisma/migrations); a change with an error has the error's name instead.
 */
export const runCauses = {
  recorded: 'It was recorded.',
  begun: 'A worker began an attempt.',
  lost: 'The worker of the attempt before died, stalled or was cut off; another attempt took over.',
  returned: 'Its body returned, and its result was committed.',
  invoked: 'It waits for runs that it invoked, and holds no worker.',
  released: 'Its worker gave it back because that worker stops, or the database went away.',
  due: 'What it waited for is there.',
  retried: 'A person has it go on.',
} as const;

/** Words for errors that Millrace itself ends attempts with. */
const errorCauses: Readonly<Record<string, string>> = {
  CancelledError: 'A person cancelled it, or a run above it.',
  LostError: 'Its workers died or stalled.',
  UnknownTask: 'No task has its name any more.',
};

const isCause = (cause: string): cause is keyof typeof runCauses => Object.hasOwn(runCauses, cause);

/** What a change's cause means. */
export function meaningOf(cause: string): string {
  return isCause(cause) ? runCauses[cause] : (errorCauses[cause] ?? `The attempt ended with an error, ${cause}.`);
}
