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
