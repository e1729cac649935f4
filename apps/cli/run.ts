import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { messageOf, SetupError } from '#contracts/errors.js';
import { isFinal } from '#contracts/states.js';
import { InvalidInputError } from '#contracts/validate.js';
import { openPrisma, type PrismaClient } from '#database/client.js';
import { connectForSetup } from '#database/migrations/connect.js';
import { openPool, type Pool } from '#database/pool.js';
import { findRun, type RunDetail } from '#database/queries/run-detail.js';
import { listLogs } from '#database/queries/run-logs.js';
import { openLiveSettings } from '#database/settings/live-settings.js';
import { readSettings } from '#process/read-settings.js';
import { createReleasers } from '#process/releasers.js';
import { visible } from '#process/visible.js';
import { openCarrier } from '#queue/carrier.js';
import { sendJobs } from '#queue/jobs.js';
import { startRun } from '#runs/start-run.js';
import { findDatabase } from './database-address.js';
import { UsageError } from './usage-error.js';

/** Options of `millrace run`. */
export interface RunOptions {
  readonly input: string;
  readonly wait: boolean;
  readonly idempotencyKey?: string;
  readonly delay?: number;
}

/** How often the record is looked at while a run goes on. */
const lookMs = 250;
/** How long the carrier may take; the reconciler adds the job else. */
const carryMs = 5_000;

const say = (line: string): void => void process.stderr.write(`${visible(line)}\n`);

/**
 * Records a run and its job, as POST /api/tasks/{name}/runs does, and waits for its end. Log and progress go to standard
 * error, the output to standard output.
 * @returns the exit code: 0 when the run succeeded (or is not waited for), 1 when it did not
 */
export async function runTask(name: string, options: RunOptions): Promise<number> {
  const { config } = readSettings(['dataDir', 'inboxDir', 'tasksDir', 'databaseUrl', 'redisUrl']);
  const definitions = await loadCatalogue(config.tasksDir);
  const task = definitions.get(name);
  if (!task)
    throw new UsageError(`expected the name of a task, got "${name}"; there are ${[...definitions.keys()].join(', ')}`);
  const input = await readInput(options.input);
  const address = await findDatabase(config);
  if (address === undefined) {
    throw new SetupError('there is no database yet: start Millrace here first (millrace start), or set DATABASE_URL');
  }
  const releasers = createReleasers();
  try {
    await refuseDeadDatabase(address);
    const pool = openPool({
      url: address.url,
      name: 'millrace run',
      max: 3,
      actor: 'command',
      onError: (error) => say(messageOf(error)),
    });
    releasers.add('database', () => pool.end());
    const prisma = openPrisma(pool);
    releasers.add('prisma', () => prisma.$disconnect());
    const carrier = openCarrier({ databaseUrl: address.url, redisUrl: config.redisUrl }, 'http', () => {});
    releasers.add('carrier', () => carrier.close());
    const settings = openLiveSettings(pool, definitions);
    await settings.refresh();
    const { catalogue } = settings;
    const { id, open } = await startRun({ pool, catalogue }, task, {
      input,
      trigger: 'api',
      ...(options.idempotencyKey === undefined ? {} : { idempotencyKey: options.idempotencyKey }),
      ...(options.delay === undefined ? {} : { delayMs: options.delay }),
    });
    if (open) await sendJobs(carrier, [open], { limitMs: carryMs, onFailure: say });
    else say(`run ${id} was recorded before, with the same key`);
    if (settings.of(name)?.settings.paused === true) say(`${name} is paused; the run waits until it is resumed`);
    if (!options.wait) {
      process.stdout.write(`${id}\n`);
      return 0;
    }
    return await follow({ pool, prisma }, id);
  } catch (error) {
    throw error instanceof InvalidInputError ? new UsageError(`--input: ${error.message}`) : error;
  } finally {
    await releasers.release();
  }
}

async function refuseDeadDatabase({ url, embedded }: { url: string; embedded: boolean }): Promise<void> {
  try {
    await (await connectForSetup(url)).end();
  } catch (error) {
    if (!embedded) throw error;
    throw new SetupError('the embedded PostgreSQL does not answer; start Millrace here first: millrace start', {
      cause: error,
    });
  }
}

async function readInput(text: string): Promise<unknown> {
  const source = text.startsWith('@') ? text.slice(1) : undefined;
  try {
    return JSON.parse(source === undefined ? text : await readFile(source, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `--input: expected JSON${source === undefined ? '' : ` in the file ${source}`}, got: ${messageOf(error)}`,
    );
  }
}

/** Shows a run's log and progress until it has ended. @returns the exit code */
async function follow({ pool, prisma }: { pool: Pool; prisma: PrismaClient }, id: string): Promise<number> {
  say(`run ${id}; Ctrl-C leaves it running`);
  let after: string | undefined;
  let shown = '';
  for (;;) {
    // The run first: the lines that were written before its end are there when it has ended.
    const run = await findRun(prisma, id);
    if (!run) throw new Error(`run ${id} was recorded a moment ago and is gone`);
    const page = await listLogs(pool, id, {}, { after, limit: 500, sort: 'at' });
    for (const line of page?.items ?? []) {
      after = line.id;
      say(`${line.level.padEnd(5)} ${line.message}${describeFields(line.fields)}`);
    }
    if (page?.next !== undefined) continue;
    const progress = describeProgress(run);
    if (progress !== shown) say(progress);
    shown = progress;
    if (isFinal(run.state)) return end(run);
    await sleep(lookMs);
  }
}

function end(run: RunDetail): number {
  if (run.state === 'succeeded') {
    process.stdout.write(`${JSON.stringify(run.output, undefined, 2)}\n`);
    return 0;
  }
  const { error } = run;
  const reason = typeof error === 'object' && error !== null && 'message' in error ? `: ${String(error.message)}` : '';
  say(`millrace: the run ${run.state === 'failed' ? 'failed' : 'was cancelled'}${reason}`);
  return 1;
}

const describeFields = (fields: unknown): string =>
  fields === null || fields === undefined ? '' : ` ${JSON.stringify(fields)}`;

function describeProgress({ state, progress }: RunDetail): string {
  if (progress === null) return state;
  return `${state} ${progress.done}${progress.total === null ? '' : ` of ${progress.total}`}`;
}
