import { once } from 'node:events';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { codeOf } from '#contracts/error-codes.js';
import { SetupError } from '#contracts/errors.js';

/**
 * Listens and stops at once, to see that the API will be able to.
 * @throws SetupError in one line, or the system's error when it is not about the address
 */
export async function tryToListen(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (cause) {
    throw listenError(cause, host, port);
  }
  server.close();
  await once(server, 'close');
}

/**
 * What an error of `listen` means for the person who set HOST and PORT: a SetupError in one line, or the error itself
 * when it is about neither.
 */
export function listenError(error: unknown, host: string, port: number): unknown {
  const message = describe(error, host, port);
  return message === undefined ? error : new SetupError(message, { cause: error });
}

function describe(error: unknown, host: string, port: number): string | undefined {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `PORT: expected a free port, got ${port} on ${host}, which is in use; stop the program that has it, or set PORT to another number`;
    case 'EACCES':
      return `PORT: expected a port that user ${userInfo().username} may listen on, got ${port}; set PORT to 1024 or more`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST: expected an address of this machine, got ${host}; set HOST to one, for example 127.0.0.1`;
    default:
      return undefined;
  }
}
