import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Logger } from '#process/log.js';
import { isOutputClosed } from '#process/output-closed.js';
import { isPong, isReadyMessage, ping } from '#process/supervisor-messages.js';
import type { Exit, Life } from './unit.js';

/** A Node process of ours. */
export interface ChildOptions {
  /** Shown in its log; its first argument. */
  readonly name: string;
  /** Options of Node itself, besides those that all have. */
  readonly nodeOptions?: readonly string[];
  /** Absolute path of its entry. */
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
  /** How long it may take to stop before it is killed, in milliseconds. */
  readonly stopMs: number;
  readonly log: Pick<Logger, 'warn'>;
  /** Called when it finds that nobody reads our output any more, which is its output as well. */
  onOutputClosed(): void;
}

/** Starts a process that announces itself with `announceReady` and writes to our own output. */
export async function launchChild(options: ChildOptions): Promise<Life> {
  const { name, nodeOptions = [], script, env, stopMs, log, onOutputClosed } = options;
  const child = spawn(process.execPath, ['--enable-source-maps', ...nodeOptions, script, name], {
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // In its own process group: Ctrl-C in a terminal goes to the whole group, and the supervisor stops them in order.
    detached: true,
  });
  const ended = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  let answered = (): void => {};
  const ready = new Promise<Record<string, unknown>>((resolve) => {
    child.on('message', (message) => {
      if (isReadyMessage(message)) resolve(message.info);
      if (isPong(message)) answered();
      if (isOutputClosed(message)) onOutputClosed();
    });
  });
  await once(child, 'spawn');
  // Later errors come from signals to a process that has just ended.
  child.on('error', (error) => log.warn({ err: error }, `${name} could not be signalled`));
  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    ask: () =>
      new Promise((resolve, reject) => {
        answered = resolve;
        child.send(ping, (error) => error && reject(error));
      }),
    async stop() {
      child.kill('SIGTERM');
      const impatience = setTimeout(() => {
        log.warn(`${name} did not stop within ${stopMs} ms; killing it`);
        child.kill('SIGKILL');
      }, stopMs);
      await ended;
      clearTimeout(impatience);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
