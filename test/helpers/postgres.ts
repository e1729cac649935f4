import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

let started: Promise<string> | undefined;

/**
 * The address of a PostgreSQL for tests, as its superuser: that of TEST_DATABASE_SERVER, which scripts/test.ts sets so
 * that all test files share one, else one that is started now and ends with this process.
 */
export function testServerUrl(): Promise<string> {
  started ??= process.env['TEST_DATABASE_SERVER']
    ? Promise.resolve(process.env['TEST_DATABASE_SERVER'])
    : startTestServer();
  return started;
}

/** Starts a PostgreSQL in another process; it ends, with all its files, when this process does. */
export async function startTestServer(): Promise<string> {
  const child = fork(fileURLToPath(new URL('./postgres-process.js', import.meta.url)), {
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]: unknown[]) => {
    throw new Error(`the PostgreSQL for tests did not start (exit code ${String(code)}); see above`);
  });
  const [url]: unknown[] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => {});
  // Neither the process nor its channel keeps the tests from ending.
  child.unref();
  child.channel?.unref();
  return String(url);
}
