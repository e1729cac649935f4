import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { identity, serverEnvironment } from './account.js';
import type { ServerLocation } from './location.js';

/** How a server process ended. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running postmaster. */
export interface ServerProcess {
  readonly pid: number;
  readonly exited: Promise<ServerExit>;
  /** Ends the sessions, writes a checkpoint and waits for the end; SIGQUIT and SIGKILL help it after the deadline. */
  stop(deadlineMs: number): Promise<void>;
  /**
   * Ends it at once, without a checkpoint and without waiting; the next start recovers from the WAL. SIGKILL follows
   * after some seconds, as long as this process lives, for a server that hangs.
   */
  quit(): void;
  /** The last lines of its log. */
  logTail(): string;
}

const logRotationBytes = 10 * 1024 * 1024;

/** Starts the server on a cluster; it may still have to recover when this returns. */
export function spawnServer(
  location: ServerLocation,
  data: string,
  settings: Record<string, string>,
): Promise<ServerProcess> {
  const logPath = join(location.folder, 'postgres.log');
  if ((statSync(logPath, { throwIfNoEntry: false })?.size ?? 0) > logRotationBytes) renameSync(logPath, `${logPath}.1`);
  // A file and no pipe: a server that outlives a killed supervisor must not be stuck writing to nobody.
  const log = openSync(logPath, 'a', 0o600);
  const logStart = statSync(logPath).size;
  const child = spawn(
    join(location.binaries.folder, 'bin', 'postgres'),
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    // In its own process group: Ctrl-C in a terminal goes to the whole group, and PostgreSQL has to stop last.
    { ...identity(location.account), cwd: '/', env: serverEnvironment, detached: true, stdio: ['ignore', log, log] },
  );
  closeSync(log);

  const exited = new Promise<ServerExit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  let ended = false;
  void exited.then(() => {
    ended = true;
  });

  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => {
      const { pid } = child;
      if (pid === undefined) return reject(new Error('the server has no process number'));
      resolve({
        pid,
        exited,
        async stop(deadlineMs) {
          if (ended) return;
          child.kill('SIGINT');
          const impatience = [
            setTimeout(() => child.kill('SIGQUIT'), deadlineMs),
            setTimeout(() => child.kill('SIGKILL'), deadlineMs + 5000),
          ];
          await exited;
          impatience.forEach(clearTimeout);
        },
        quit() {
          if (ended) return;
          child.kill('SIGQUIT');
          const impatience = setTimeout(() => child.kill('SIGKILL'), 5000);
          void exited.then(() => clearTimeout(impatience));
        },
        logTail: () =>
          readFileSync(logPath).subarray(logStart).toString('utf8').trim().split('\n').slice(-12).join('\n'),
      });
    });
  });
}
