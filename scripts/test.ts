// npm test [part of a file name …] [--option of node's test runner …]: runs the tests of all files whose path contains
// one of the parts, over one PostgreSQL that all of them share.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTestServer } from '#testing/server.js';

const dist = fileURLToPath(new URL('..', import.meta.url));
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
const parts = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));

const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.js'))
  .filter((path) => parts.length === 0 || parts.some((part) => path.includes(part.replace(/\.ts$/, '.js'))))
  .sort()
  .map((path) => join(dist, path));

if (files.length === 0) {
  console.error(`no test file's path contains ${parts.join(' or ')}`);
  process.exit(2);
}

// One more than the cores of a small machine: tests that start, kill and await processes leave a third of two cores idle.
const atATime = 3;

const server = process.env['TEST_DATABASE_SERVER'] ?? (await startTestServer('memory'));
const runner = spawn(
  process.execPath,
  ['--test', `--test-concurrency=${atATime}`, '--test-timeout=180000', '--test-reporter=spec', ...options, ...files],
  { stdio: 'inherit', env: { ...process.env, TEST_DATABASE_SERVER: server } },
);
// Ctrl-C reaches the runner by itself; we wait for its end, so that the server is the last to go.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => void runner.kill('SIGTERM'));
const [code]: unknown[] = await once(runner, 'exit');
process.exit(typeof code === 'number' ? code : 1);
