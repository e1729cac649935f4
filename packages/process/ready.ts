/** What a child process sends to the supervisor over the IPC channel. */
export interface ReadyMessage {
  readonly type: 'ready';
  /** Facts for the supervisor's summary and its state file; must be plain JSON. */
  readonly info: Record<string, unknown>;
}

/** Tells the parent process, if there is one that listens, that this process does its work from now on. */
export function announceReady(info: Record<string, unknown> = {}): void {
  const message: ReadyMessage = { type: 'ready', info };
  // The parent may vanish between the check and the sending; the channel's disconnect reports that, not this.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/** Whether a message from a child process is its announcement. */
export function isReadyMessage(message: unknown): message is ReadyMessage {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    message.type === 'ready' &&
    'info' in message &&
    typeof message.info === 'object' &&
    message.info !== null
  );
}
