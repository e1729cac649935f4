import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type pg from 'pg';
import { loadConfig } from '#config/config.js';
import { createLogger } from '#process/log.js';
import { createReleasers } from '#process/releasers.js';
import { withTestDatabase } from '../../test/helpers/database.js';
import { type Inbox, openInbox } from '../../test/helpers/inbox.js';
import { count } from '../../test/helpers/ledger.js';
import { waitFor } from '../../test/helpers/wait.js';
import { startWatcher } from './app.js';

/** Runs a watcher in this process. `prepare` is done before it starts. */
async function withWatcher(
  env: Readonly<Record<string, string>>,
  prepare: (inbox: Inbox) => Promise<void>,
  work: (inbox: Inbox, pool: pg.Pool) => Promise<void>,
): Promise<void> {
  await withTestDatabase(async ({ url, pool }) => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-test-watcher-'));
    const releasers = createReleasers();
    try {
      for (const name of ['inbox', 'data', 'staging']) await mkdir(join(folder, name));
      const inbox = openInbox(join(folder, 'inbox'), join(folder, 'staging'));
      await prepare(inbox);
      const config = loadConfig({ INBOX_DIR: inbox.dir, DATA_DIR: join(folder, 'data'), SETTLE_MS: '200', ...env });
      const log = createLogger({ name: 'test', level: 'fatal', format: 'json' });
      await startWatcher({ config, databaseUrl: url, log, releasers });
      await work(inbox, pool);
    } finally {
      await releasers.release();
      await rm(folder, { recursive: true, force: true });
    }
  });
}

const inRuns = (pool: pg.Pool, files: number): Promise<true> =>
  waitFor(`${files} files are in runs`, async () =>
    (await count(pool, `SELECT count(*) FROM ops.file WHERE state = 'loading'`)) === files ? true : undefined,
  );

test('files that came in any order go to runs as stretches of time, the last batch is what is left', () =>
  withWatcher(
    { BATCH_FILES: '100' },
    async (inbox) => {
      for (let n = 0; n < 250; n += 1) {
        const minute = String((n * 77) % 250).padStart(3, '0');
        await inbox.write(`2023/${minute}.parquet`, minute);
      }
    },
    async (_inbox, pool) => {
      await inRuns(pool, 250);
      const { rows } = await pool.query<{ paths: string[] }>(
        `SELECT array_agg(f.path ORDER BY r.ordinal) AS paths FROM ops.run_file r JOIN ops.file f ON f.id = r.file_id
         GROUP BY r.run_id ORDER BY r.run_id`,
      );
      const paths = rows.map((row) => row.paths);
      assert.deepEqual(
        paths.map((each) => each.length),
        [100, 100, 50],
      );
      assert.deepEqual(paths.flat(), paths.flat().toSorted());
    },
  ));

test('a file whose event was lost in a burst of others is found soon, not at the next scan', async (t) => {
  let emit: ((event: string, name: string) => void) | undefined;
  t.mock.method(fs, 'watch', (_path: string, _options: unknown, listener: (event: string, name: string) => void) => {
    emit = listener;
    return Object.assign(new EventEmitter(), { close() {} });
  });
  syncBuiltinESMExports();
  try {
    await withWatcher(
      { SCAN_INTERVAL_MS: '86400000' },
      (inbox) => inbox.write('first.parquet', 'first'),
      async (inbox, pool) => {
        await inRuns(pool, 1);
        await inbox.write('second.parquet', 'second');
        for (let n = 0; n < 20_000; n += 1) emit?.('rename', 'other.parquet');
        await inRuns(pool, 2);
      },
    );
  } finally {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  }
});
