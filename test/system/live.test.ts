import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type AppProcess, startApp } from '../helpers/child.js';
import { EventReader, type StreamEvent } from '../helpers/event-reader.js';
import { findFreePort } from '../helpers/free-port.js';
import { sampleParquet } from '../helpers/inbox.js';
import { waitUntilQuiet } from '../helpers/ledger.js';
import { carriers, type Platform, withPlatform } from '../helpers/platform.js';

const fileCount = 40;

/** What the tables have of each run's and each file's changes, in the order of its history. */
async function recorded({ pool }: Platform): Promise<string[]> {
  const { rows } = await pool.query<{ change: string }>(
    `SELECT 'run ' || run_id || ' ' || COALESCE(was::text, '-') || ' ' || state || ' ' || attempt || ' ' || cause AS change
     FROM (SELECT * FROM ops.run_change ORDER BY run_id, id) c
     UNION ALL
     SELECT 'file ' || f.path || ' ' || COALESCE(c.was::text, '-') || ' ' || c.state || ' ' || COALESCE(c.rows::text, '-')
     FROM (SELECT * FROM ops.file_change ORDER BY file_id, id) c JOIN ops.file f ON f.id = c.file_id`,
  );
  return rows.map(({ change }) => change);
}

function described({ event, data }: StreamEvent): string {
  return event === 'run'
    ? `run ${data.run} ${data.was ?? '-'} ${data.state} ${data.attempt} ${data.cause}`
    : `file ${data.path} ${data.was ?? '-'} ${data.state} ${data.rows ?? '-'}`;
}

/** Those of one run or one file together, and in their order. */
const bySubject = (changes: readonly string[]): string[] => {
  const subjectOf = (change: string): string => change.split(' ').slice(0, 2).join(' ');
  return changes.toSorted((a, b) => (subjectOf(a) < subjectOf(b) ? -1 : subjectOf(a) > subjectOf(b) ? 1 : 0));
};

for (const carrier of carriers) {
  test(`dropped files are heard of in the order of their history, each change once, though the API is killed in the middle (${carrier})`, (t) =>
    withPlatform(t, carrier, { workers: 1, env: { BATCH_FILES: '5' } }, async (platform) => {
      const { inbox, pool, databaseUrl, redisUrl } = platform;
      const port = await findFreePort();
      const startApi = (): Promise<AppProcess> =>
        startApp('api', 'api', {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          DATABASE_URL: databaseUrl,
          ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
          PORT: String(port),
          INBOX_DIR: inbox.dir,
          DATA_DIR: inbox.at('../data'),
          LOG_FORMAT: 'json',
        });
      let api = await startApi();
      const url = `http://127.0.0.1:${port}/api/events?kind=run,file,progress`;
      const events: StreamEvent[] = [];
      let reader = await EventReader.open(url);
      await reader.until('it is ready', ({ length }) => length === 1);
      const leave = (): string | undefined => {
        events.push(...reader.events);
        return reader.lastId;
      };
      await platform.start();
      for (let n = 0; n < fileCount; n++) {
        await inbox.moveIn(`day/${n}.parquet`, sampleParquet(n));
        if (n !== fileCount / 2) continue;
        // In the middle of whatever is sent.
        await reader.until('some have been heard of', (all) => all.some(({ event }) => event === 'file'));
        await pause(Math.random() * 200);
        api.signal('SIGKILL');
        await Promise.all([api.exited, reader.ended]);
        const lastId = leave();
        api = await startApi();
        reader = await EventReader.open(url, { lastId });
      }
      await waitUntilQuiet(pool, fileCount);
      const expected = await recorded(platform);
      const heard = () => [...events, ...reader.events].filter(({ event }) => event === 'run' || event === 'file');
      await reader.until('all has been heard of', () => heard().length >= expected.length);
      assert.deepEqual(bySubject(heard().map(described)), bySubject(expected));
      assert.deepEqual(
        [...events, ...reader.events].filter(({ event }) => event === 'reset'),
        [],
      );
      const stopped = api.exited;
      api.signal('SIGTERM');
      await Promise.all([reader.ended, stopped]);
      assert.equal(reader.response.complete, true, 'a stop ends streams in good order');
    }));
}
