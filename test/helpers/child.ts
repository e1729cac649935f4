import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isReadyMessage } from '#process/supervisor-messages.js';

/** The processes that a process has started and that run; none when it is gone. Linux only. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One real process of an app. */
export interface AppProcess {
  readonly name: string;
  readonly pid: number;
  /** For what is sent over its channel besides. */
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  /** Sends a signal. */
  signal(name: NodeJS.Signals): void;
  /** The last lines it wrote, on both streams. */
  lines(): readonly string[];
}

const maxLines = 400;

/**
 * Starts the app of a folder below `apps/` and waits until it says that it is ready. Ends with this process: the app
 * stops when its channel closes.
 * @throws Error with the last lines when it ends before it is ready
 */
export async function startApp(app: string, name: string, env: NodeJS.ProcessEnv): Promise<AppProcess> {
  return await startProcess(fileURLToPath(new URL(`../../apps/${app}/main.js`, import.meta.url)), name, { env });
}

/**
 * The same for an entry that calls `announceReady`, wherever it is.
 * @param entry absolute path
 * @param options.execArgv of Node itself
 */
export async function startProcess(
  entry: string,
  name: string,
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd?: string; readonly execArgv?: string[] },
): Promise<AppProcess> {
  const child = fork(entry, [name], { execArgv: [], ...options, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > maxLines) lines.shift();
    });
  }
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  await ready(child, exited, () => lines.slice(-20).join('\n'));
  return {
    name,
    pid: child.pid ?? 0,
    child,
    exited,
    signal: (signal) => void child.kill(signal),
    lines: () => lines,
  };
}

async function ready(child: ChildProcess, exited: Promise<Exit>, tail: () => string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message) => {
      if (isReadyMessage(message)) resolve();
    });
    child.once('error', reject);
    void exited.then(({ code, signal }) =>
      reject(new Error(`ended with ${signal ?? code} before it was ready:\n${tail()}`)),
    );
  });
}
