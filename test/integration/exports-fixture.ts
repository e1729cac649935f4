import { get, type IncomingMessage } from 'node:http';
import { waitFor } from '../helpers/wait.js';
import type { TestApi } from './api-fixture.js';

/** Counts the pages that exports read from the database from now on: statements with this word. */
export function countPages(api: TestApi, word = 'FETCH'): () => number {
  let pages = 0;
  const counted = new WeakSet<object>();
  api.pool.on('acquire', (client) => {
    if (counted.has(client)) return;
    counted.add(client);
    const query = client.query.bind(client);
    Object.assign(client, {
      query(...given: unknown[]) {
        if (JSON.stringify(given[0]).includes(word)) pages++;
        return Reflect.apply(query, undefined, given);
      },
    });
  });
  return () => pages;
}

/** Connections of the API's pool that are in use. */
export const checkedOut = ({ pool }: TestApi): number => pool.totalCount - pool.idleCount;

/** Has the API listen. @returns how to ask it over a connection */
export async function listen(api: TestApi): Promise<(path: string) => Promise<IncomingMessage>> {
  const address = await api.app.listen({ port: 0, host: '127.0.0.1' });
  return (path) => new Promise((resolve, reject) => get(`${address}${path}`, resolve).on('error', reject));
}

/** Waits until exports stand still because nobody reads them. */
export async function waitUntilStill(pages: () => number): Promise<void> {
  let before = -1;
  await waitFor('the export waits for its reader', async () => {
    const still = pages() === before && before > 0;
    before = pages();
    return still || undefined;
  });
}

/** All of a body. */
export async function bytesOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks);
}
