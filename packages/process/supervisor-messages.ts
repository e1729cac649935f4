/** What a child process sends to the supervisor over the IPC channel. */
export interface ReadyMessage {
  readonly type: 'ready';
  /** Facts for the supervisor's summary and its state file; must be plain JSON. */
  readonly info: Record<string, unknown>;
}

/** Sends the parent process, if there is one that listens, the message that this process does its work from now on. */
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

/** What the supervisor asks a child over the IPC channel, and what the child's event loop answers. */
export const ping = { type: 'ping' } as const;
const pong = { type: 'pong' } as const;

const isOfType = (message: unknown, type: string): boolean =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === type;

/** Whether a message from a child process answers a ping. */
export const isPong = (message: unknown): boolean => isOfType(message, pong.type);

/** Answers the pings of the supervisor, if there is one, whenever the event loop comes to it. */
export function answerPings(): void {
  if (!process.connected) return;
  process.on('message', (message) => {
    // The parent may vanish between its question and the answer; the channel's disconnect reports that, not this.
    if (isOfType(message, ping.type) && process.connected) process.send?.(pong, undefined, undefined, () => {});
  });
}
