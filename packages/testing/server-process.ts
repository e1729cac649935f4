// Runs one embedded PostgreSQL for tests, in a folder of its own, for as long as its parent lives: sends the parent the
// address over IPC, and stops and removes everything when the parent disconnects, in whatever way that ended.
import { chmodSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '#embedded-postgres/start.js';
import { testSettings } from './postgres-settings.js';

const dataDir = mkdtempSync(join(tmpdir(), 'millrace-test-pg-'));
// As root the server runs as another user, who passes through here.
chmodSync(dataDir, 0o711);
// Ctrl-C in a terminal reaches this process as well, before the tests that still use the server are done.
process.on('SIGINT', () => {});

const server = await startEmbeddedPostgres({
  dataDir,
  log: (line) => process.stderr.write(`${line}\n`),
  settings: testSettings,
});
if (process.connected) {
  process.once('disconnect', () => void server.stop(2000));
  process.send?.(server.superuserUrl, undefined, undefined, () => {});
} else {
  server.quit();
}
await server.exited;
await rm(dataDir, { recursive: true, force: true });
