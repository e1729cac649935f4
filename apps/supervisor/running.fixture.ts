// What the tests of the supervisor share: one that runs as a process of its own, over fake children.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ProcessState, readSupervisorState } from '#process/supervisor-state.js';

/** A supervisor under test. */
export interface Running {
  readonly child: ChildProcess;
  readonly dataDir: string;
  output(): string;
  /** Waits until the output matches. */
  said(pattern: RegExp): Promise<void>;
  /** Waits until the state file shows the process as wanted. */
  process(name: string, wanted: (state: ProcessState) => boolean): Promise<ProcessState>;
  readonly exited: Promise<number | null>;
}

const fixture = fileURLToPath(new URL('./app.fixture.js', import.meta.url));

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Starts the supervisor over fake children; it is stopped and its folder removed after the test. */
export async function startSupervisor(
  t: TestContext,
  groups: string[],
  env: NodeJS.ProcessEnv = {},
  folder = mkdtempSync(join(tmpdir(), 'millrace-supervisor-')),
): Promise<Running> {
  chmodSync(folder, 0o755);
  const dataDir = join(folder, 'data');
  const child = spawn(process.execPath, [fixture, 'supervisor', ...groups], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      PORT: String(await freePort()),
      INBOX_DIR: join(folder, 'inbox'),
      DATA_DIR: dataDir,
      STOP_TIMEOUT_MS: '3000',
      ...env,
    },
  });
  const exited = once(child, 'exit').then(([code]: unknown[]) => (typeof code === 'number' ? code : null));
  t.after(async () => {
    child.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const until = async (what: string, isSo: () => boolean): Promise<void> => {
    for (const deadline = performance.now() + 30_000; !isSo(); await sleep(20)) {
      assert.ok(performance.now() < deadline, `${what} did not come; the output is:\n${output}`);
    }
  };
  return {
    child,
    dataDir,
    exited,
    output: () => output,
    said: (pattern) => until(String(pattern), () => pattern.test(output)),
    async process(name, wanted) {
      let found: ProcessState | undefined;
      await until(`the state of ${name}`, () => {
        found = readSupervisorState(dataDir)?.processes.find((state) => state.name === name);
        return found !== undefined && wanted(found);
      });
      assert.ok(found);
      return found;
    },
  };
}
