import type { IncomingMessage } from 'node:http';
import type { App } from './app-type.js';

/** How much of a body that nobody reads is waited for before the answer, so that the client reads it undisturbed. */
const maxBytes = 1_000_000;
const maxMs = 2_000;

/** Whether the client has yet to send a part of the body that it announced. */
export const isComing = ({ headers, complete }: IncomingMessage): boolean =>
  !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0);

/**
 * Answers that leave before the body of their request has come (401, 413, a GET with a body) end the connection, so that
 * its rest is not read for ever. A short rest is waited for: to close a connection on which bytes arrive may take the
 * answer from the client.
 */
export function closeUnread(app: App): void {
  app.addHook('onSend', async ({ raw }, reply, payload) => {
    // An injected request has no connection.
    if (raw.complete === undefined || !isComing(raw)) return payload;
    if (!(await drain(raw))) reply.header('connection', 'close');
    return payload;
  });
}

/** Whether the rest of the body has come within the bounds. */
async function drain(request: IncomingMessage): Promise<boolean> {
  return await new Promise((resolve) => {
    let bytes = 0;
    const count = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > maxBytes) settle();
    };
    const settle = (): void => {
      clearTimeout(timer);
      request.off('data', count).off('end', settle).off('close', settle);
      resolve(request.complete);
    };
    const timer = setTimeout(settle, maxMs);
    request.on('data', count).on('end', settle).on('close', settle);
    request.resume();
  });
}
