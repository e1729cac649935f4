// Starts the embedded server of the folder in argument 1, prints its pid and address as JSON, stops on SIGTERM.

import { testSettings } from '#testing/postgres-settings.js';
import { startEmbeddedPostgres } from './start.js';

const server = await startEmbeddedPostgres({
  dataDir: process.argv[2] ?? '',
  log: (message) => process.stderr.write(`${message}\n`),
  settings: testSettings,
});
// Before the line that the test waits for it may send one.
process.once('SIGTERM', () => void server.stop());
process.stdout.write(`${JSON.stringify({ pid: server.pid, url: server.url, folder: server.folder })}\n`);
await server.exited;
