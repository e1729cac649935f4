const closed = { type: 'output closed' } as const;

/** Sends the supervisor, if there is one, the message that nothing reads our output any more; it is the supervisor's as well. */
export function reportOutputClosed(): void {
  if (process.connected) process.send?.(closed, undefined, undefined, () => {});
}

/** Whether a message from a child process is that report. */
export const isOutputClosed = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === closed.type;
