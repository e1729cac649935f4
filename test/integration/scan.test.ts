import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '#config/config.js';
import { createLogger } from '#process/log.js';
import { createReleasers } from '#process/releasers.js';
import { startWatcher } from '../../apps/watcher/app.js';
import { withTestDatabase } from '../helpers/database.js';
import { openInbox, sampleParquet } from '../helpers/inbox.js';
import { statesByPath } from '../helpers/ledger.js';
import { waitFor } from '../helpers/wait.js';

test('a file without an event is found by the next scan, at any depth', (t) =>
  withTestDatabase(async ({ url, pool }) => {
    // An operating system whose events are all lost, as on many network drives.
    t.mock.method(fs, 'watch', () => Object.assign(new EventEmitter(), { close() {}, ref() {}, unref() {} }));
    syncBuiltinESMExports();
    const folder = await mkdtemp(join(tmpdir(), 'millrace-test-scan-'));
    const releasers = createReleasers();
    try {
      for (const name of ['inbox', 'data', 'staging']) await mkdir(join(folder, name));
      const inbox = openInbox(join(folder, 'inbox'), join(folder, 'staging'));
      const env = { INBOX_DIR: inbox.dir, DATA_DIR: join(folder, 'data'), SETTLE_MS: '200', SCAN_INTERVAL_MS: '1000' };
      const log = createLogger({ name: 'test', level: 'fatal', format: 'json' });
      await startWatcher({ config: loadConfig(env), databaseUrl: url, log, releasers });
      const queued = (path: string) =>
        waitFor(
          `${path} is in a run`,
          async () => ((await statesByPath(pool))[path] === 'loading' ? true : undefined),
          {
            deadlineMs: 10_000,
          },
        );
      await inbox.write('before.parquet', sampleParquet(1));
      await queued('before.parquet');
      await inbox.write('deep/down/later.parquet', sampleParquet(2));
      await queued('deep/down/later.parquet');
      assert.equal(Object.keys(await statesByPath(pool)).length, 2);
    } finally {
      await releasers.release();
      t.mock.restoreAll();
      syncBuiltinESMExports();
      await rm(folder, { recursive: true, force: true });
    }
  }));
