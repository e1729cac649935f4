import type { App } from './http/app-type.js';

/** Lets requests under way end, but not longer than `patienceMs`: an upload of hours must not hold up a stop. */
export async function closeServer(app: App, patienceMs: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), patienceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
