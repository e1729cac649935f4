import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { messageOf, SetupError } from '#contracts/errors.js';

/**
 * Makes the inbox and sees that files can be read from it and uploads written to it.
 * @throws SetupError in one line
 */
export async function provideInbox(folder: string): Promise<void> {
  await provide('INBOX_DIR', folder, () => access(folder, constants.R_OK | constants.W_OK | constants.X_OK));
}

/**
 * Makes the data folder and writes a file to try it (root passes every check of modes, yet not a read-only disk).
 * @throws SetupError in one line
 */
export async function provideDataFolder(folder: string): Promise<void> {
  await provide('DATA_DIR', folder, async () => {
    const probe = join(folder, `.probe-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
  });
}

async function provide(variable: string, folder: string, probe: () => Promise<void>): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await probe();
  } catch (cause) {
    throw new SetupError(
      `${variable}: expected a folder that user ${userInfo().username} can read and write, got ${folder} ` +
        `(${messageOf(cause)}); give that user the folder, or set ${variable} to another one`,
      { cause },
    );
  }
}

/**
 * Sees that the API will be able to listen.
 * @throws SetupError in one line
 */
export async function refuseBusyPort(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (cause) {
    throw new SetupError(describeListenFault(cause, host, port), { cause });
  }
  server.close();
  await once(server, 'close');
}

function describeListenFault(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `PORT: ${port} on ${host} is in use; stop the program that has it, or set PORT to another number`;
    case 'EACCES':
      return `PORT: user ${userInfo().username} may not listen on ${port}; set PORT to 1024 or more`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST: ${host} is no address of this machine; set HOST to one that is, for example 127.0.0.1`;
    default:
      return `HOST, PORT: cannot listen on ${host}:${port}: ${messageOf(error)}`;
  }
}
