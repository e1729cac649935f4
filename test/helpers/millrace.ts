import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { YUNET_PATH } from '#faces/testing/shared.js';
import { readSupervisorState, type SupervisorState } from '#process/supervisor-state.js';
import type { Exit } from './child.js';
import { findFreePort } from './free-port.js';

/** The whole product, as `npm start` runs it after its set-up: the supervisor with all that it starts. */
export interface Millrace {
  readonly pid: number;
  /** Of the API. */
  readonly url: string;
  readonly token: string;
  readonly exited: Promise<Exit>;
  /** The last lines it wrote, on both streams. */
  lines(): readonly string[];
  /** What the supervisor says of its processes; undefined before it has said anything. */
  state(): SupervisorState | undefined;
  signal(name: NodeJS.Signals): void;
}

export interface MillraceOptions {
  /** Holds `inbox` and `data`. */
  readonly folder: string;
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
}

const maxLines = 2_000;
const token = 'a-token-for-tests-0123456789';

/**
 * Starts it and waits until it says that it is ready. Ends with this process.
 * @throws Error with the last lines when it ends before
 */
export async function startMillrace({ folder, port, env = {} }: MillraceOptions): Promise<Millrace> {
  const entry = fileURLToPath(new URL('../../apps/supervisor/main.js', import.meta.url));
  const listen = port ?? (await findFreePort());
  const child = fork(entry, [], {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Where there is a .env, it is not that of the tests.
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: String(listen),
      API_TOKEN: token,
      INBOX_DIR: join(folder, 'inbox'),
      DATA_DIR: join(folder, 'data'),
      LOG_FORMAT: 'json',
      WORKERS: '2',
      ...(existsSync(YUNET_PATH) ? { FACE_MODEL: YUNET_PATH } : {}),
      ...env,
    },
  });
  const lines: string[] = [];
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (lines.length > maxLines) lines.shift();
        if (line.includes('"name":"supervisor"') && line.includes('"msg":"ready"')) resolve();
      });
    }
    void exited.then(({ code, signal }) =>
      reject(new Error(`it ended with ${signal ?? code} before it was ready:\n${lines.slice(-30).join('\n')}`)),
    );
  });
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${listen}`,
    token,
    exited,
    lines: () => lines,
    state: () => readSupervisorState(join(folder, 'data')),
    signal: (name) => void child.kill(name),
  };
}
