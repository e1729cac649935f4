import type { Catalogue } from '#catalogue/catalogue.js';
import type { TaskDefinition } from '#contracts/task.js';
import { openCarrier } from '#queue/carrier.js';
import { addJobs } from '#queue/jobs.js';
import { startRun } from '#runs/start-run.js';
import type { Platform } from './platform.js';

/** Starts a run as the API does. @returns its id */
export async function startTask(
  { pool, databaseUrl, redisUrl }: Pick<Platform, 'pool' | 'databaseUrl' | 'redisUrl'>,
  task: TaskDefinition,
  input: unknown,
  catalogue: Catalogue = new Map(),
): Promise<string> {
  const run = await startRun({ pool, catalogue }, task, { input, trigger: 'api' });
  const carrier = openCarrier({ databaseUrl, redisUrl }, 'background', () => {});
  await addJobs(carrier, run.open ? [run.open] : []);
  await carrier.close();
  return run.id;
}
