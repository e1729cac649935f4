import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { SetupError } from '#contracts/errors.js';
import { type JobQueue, openQueue, type QueueAddress } from './bullmq-queue.js';
import type { Build } from './options.js';

/** This checkout; the compiled file lies in `dist/test/bench/runs`. */
const thisCheckout = fileURLToPath(new URL('../../../..', import.meta.url));

/** The folder of a build. @throws SetupError when nothing is built there */
export function folderOf({ folder = thisCheckout }: Build): string {
  if (existsSync(join(folder, 'dist/apps/worker/main.js'))) return folder;
  throw new SetupError(`--millrace: expected a built checkout of Millrace, got ${folder}; run npm run setup there`);
}

/** Prepares a database with a build's own command. @param env the settings that it reads */
export async function migrate(folder: string, env: NodeJS.ProcessEnv, cwd: string): Promise<void> {
  await promisify(execFile)(process.execPath, [join(folder, 'dist/apps/cli/main.js'), 'migrate'], { env, cwd });
}

interface CarrierModule {
  readonly openCarrier?: (
    address: QueueAddress,
    role: string,
    onError: () => void,
  ) => { queue(name: string): JobQueue; retention?(): object; close(): Promise<void> };
}

/**
 * The queue of a build: opened with its own function, so that jobs have the options which it gives them; a build that
 * has that function no more gets the jobs of today's.
 */
export async function openBuildQueue(folder: string, name: string, address: QueueAddress): Promise<JobQueue> {
  const entry = join(folder, 'dist/packages/queue/carrier.js');
  const { openCarrier }: CarrierModule = existsSync(entry) ? await import(pathToFileURL(entry).href) : {};
  if (typeof openCarrier !== 'function') return openQueue(name, address, '{millrace}');
  const carrier = openCarrier(address, 'background', () => {});
  const queue = carrier.queue(name);
  return {
    addBulk: (jobs) => queue.addBulk(jobs.map((job) => ({ ...job, opts: { ...job.opts, ...carrier.retention?.() } }))),
    pause: () => queue.pause(),
    resume: () => queue.resume(),
    getJobCounts: (...states) => queue.getJobCounts(...states),
    close: () => carrier.close(),
  };
}
