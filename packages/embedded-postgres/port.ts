import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

/**
 * The port of the embedded server: the one of last time if it is free, so that a psql or a script that remembers it
 * goes on working, else any free one, remembered from now on.
 * @param wanted the only one that will do, if given
 */
export async function choosePort(folder: string, wanted?: number): Promise<number> {
  if (wanted !== undefined) {
    if ((await findFreePort(wanted)) !== undefined) return wanted;
    throw new Error(
      `port ${wanted} on 127.0.0.1, which the other processes know PostgreSQL by, was taken by another program`,
    );
  }
  const path = join(folder, 'port');
  const remembered = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10);
  if (remembered > 0 && remembered < 65_536 && (await findFreePort(remembered)) !== undefined) return remembered;
  const port = await findFreePort(0);
  if (port === undefined) throw new Error('the system gave no free port on 127.0.0.1');
  await writeFile(path, `${port}\n`);
  return port;
}

/** The port if it is free on 127.0.0.1 (any free one for 0), else undefined. */
function findFreePort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1' }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}
