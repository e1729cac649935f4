// Runs one embedded PostgreSQL for tests, in a folder of its own (in memory with the argument `memory`), for as long as
// its parent lives: sends the parent the address over IPC, and stops and removes everything when the parent disconnects,
// in whatever way that ended.
import { rm } from 'node:fs/promises';
import { startEmbeddedPostgres } from '#embedded-postgres/start.js';
import { testSettings } from './postgres-settings.js';
import { makeServerFolder } from './server-folder.js';

const dataDir = makeServerFolder(process.argv[2] === 'memory');
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
