import { connect, createServer, type Socket } from 'node:net';

/** A way to PostgreSQL that breaks at a given moment, as it does when the server goes away. */
export interface CutProxy {
  readonly url: string;
  /** Settles when it has broken. */
  readonly cut: Promise<void>;
  close(): void;
}

/**
 * Passes on what is sent to the server of `url` until message number `at` (counted over all connections, from 1), which it
 * swallows; from then on there is no connection any more.
 */
export async function openCutProxy(url: string, at: number): Promise<CutProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let messages = 0;
  let isCut = false;
  let done = (): void => {};
  const cut = new Promise<void>((resolve) => (done = resolve));
  const end = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => {
      messages += 1;
      if (messages < at) {
        upstream.write(data);
        return;
      }
      isCut = true;
      end();
      done();
    });
    upstream.pipe(client);
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(port);
  return {
    url: through.href,
    cut,
    close() {
      server.close();
      end();
    },
  };
}
