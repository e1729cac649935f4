import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * Starts a PostgreSQL for tests in another process; it ends, with all its files, when this process does, however that is.
 * @returns its address, as the superuser
 */
export async function startTestServer(): Promise<string> {
  const child = fork(fileURLToPath(new URL('./server-process.js', import.meta.url)), {
    execArgv: [],
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
