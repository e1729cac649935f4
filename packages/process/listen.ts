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
 * @param prefix of the settings' names, where they are others: `HEALTH_`
 */
export function listenError(error: unknown, host: string, port: number, prefix = ''): unknown {
  const message = describe(error, host, port, `${prefix}HOST`, `${prefix}PORT`);
  return message === undefined ? error : new SetupError(message, { cause: error });
}

function describe(error: unknown, host: string, port: number, hostName: string, portName: string): string | undefined {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `${portName}: expected a free port, got ${port} on ${host}, which is in use; stop the program that has it, or set ${portName} to another number`;
    case 'EACCES':
      return `${portName}: expected a port that user ${userInfo().username} may listen on, got ${port}; set ${portName} to 1024 or more`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${hostName}: expected an address of this machine, got ${host}; set ${hostName} to one, for example 127.0.0.1`;
    default:
      return undefined;
  }
}
