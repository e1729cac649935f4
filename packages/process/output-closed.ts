const closed = { type: 'output closed' } as const;

/** Tells the supervisor, if there is one, that nobody reads our output any more; it is the supervisor's as well. */
export function reportOutputClosed(): void {
  if (process.connected) process.send?.(closed, undefined, undefined, () => {});
}

/** Whether a message from a child process is that report. */
export const isOutputClosed = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === closed.type;
