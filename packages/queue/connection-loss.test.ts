import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCutProxy } from '../../test/helpers/cut-proxy.js';
import { withTestDatabase } from '../../test/helpers/database.js';
import { openCarrier } from './carrier.js';
import { migrateCarrier } from './migrate.js';

/** What ends the process when nobody listens, found while `work` goes on; at each moment of its first messages. */
async function uncaughtAtEachMoment(work: (url: string) => Promise<void>): Promise<string[]> {
  const found: string[] = [];
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const note = (error: Error): void => void found.push(error.message);
  process.on('uncaughtException', note);
  try {
    await withTestDatabase(async ({ url }) => {
      for (let at = 1; at <= 8; at++) {
        const proxy = await openCutProxy(url, at);
        await Promise.race([work(proxy.url), proxy.cut]);
        // Whatever the break sets off comes with the events that are waiting.
        for (let n = 0; n < 20; n++) await new Promise(setImmediate);
        proxy.close();
      }
    });
  } finally {
    process.off('uncaughtException', note);
    for (const listener of before) process.on('uncaughtException', listener);
  }
  return found;
}

test('a database that goes away while a queue is being opened ends nothing', async () => {
  const found = await uncaughtAtEachMoment(async (databaseUrl) => {
    const carrier = openCarrier({ databaseUrl }, 'background', () => {});
    try {
      await carrier.queue('loads').waitUntilReady();
    } catch {
      // The break, when it came before.
    } finally {
      await carrier.close().catch(() => {});
    }
  });
  assert.deepEqual(found, []);
});

test('a database that goes away while the tables of the carrier are made is an error of that work alone', async () => {
  const found = await uncaughtAtEachMoment(async (databaseUrl) => {
    await migrateCarrier({ databaseUrl }).catch(() => {});
  });
  assert.deepEqual(found, []);
});
