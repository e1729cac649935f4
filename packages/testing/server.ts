import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * Starts a PostgreSQL for tests in another process; it ends, with all its files, when this process does, however that is.
 * @param files where they lie: on the disk, or in memory where there is plenty of it
 * @returns its address, as the superuser
 */
export async function startTestServer(files: 'disk' | 'memory' = 'disk'): Promise<string> {
  const child = fork(fileURLToPath(new URL('./server-process.js', import.meta.url)), [files], {
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
