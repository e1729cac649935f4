import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Config } from '#config/config.js';
import { messageOf } from '#contracts/errors.js';
import { pendingMigrations } from '#database/migrations/apply.js';
import { adviceOnRole, connectForSetup, describeDatabase } from '#database/migrations/connect.js';
import { readSignsOfLife, type SignOfLife } from '#database/queries/liveness.js';
import { readSupervisorState } from '#process/supervisor-state.js';
import { awaitRedis, describeRedis } from '#queue/redis.js';
import { findDatabase } from '../database-address.js';
import { type Finding, failure, ok, warning } from './finding.js';

/** Whether the carrier answers and keeps its jobs. */
export async function checkCarrier({ redisUrl }: Config): Promise<Finding> {
  if (redisUrl === undefined) return ok('carrier', 'BullMQ in the same PostgreSQL');
  const warnings: string[] = [];
  try {
    await awaitRedis(redisUrl, -1, { warn: (message: unknown) => void warnings.push(String(message)) });
  } catch (error) {
    return failure('carrier', messageOf(error));
  }
  const [advice] = warnings;
  return advice === undefined
    ? ok('carrier', `Redis at ${describeRedis(redisUrl)} answers and evicts nothing`)
    : warning('carrier', advice);
}

/** Whether the database answers, with what rights and migrations, and which processes give signs of life in it. */
export async function checkDatabase(config: Config): Promise<Finding[]> {
  const address = await findDatabase(config);
  const isStarted = readSupervisorState(config.dataDir)?.processes.some(({ state }) => state === 'running') ?? false;
  const notStarted = warning('database', 'embedded PostgreSQL, which is not running; start it with: millrace start');
  if (address === undefined) return [notStarted];
  let client: Client;
  try {
    client = await connectForSetup(address.url);
  } catch (error) {
    return [address.embedded && !isStarted ? notStarted : failure('database', messageOf(error))];
  }
  try {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    const name = `${address.embedded ? 'embedded ' : ''}PostgreSQL ${rows[0]?.server_version ?? ''} at ${describeDatabase(address.url)}`;
    const advice = await adviceOnRole(client);
    const pending = await pendingMigrations(client);
    return [
      advice === undefined ? ok('database', name) : warning('database', `${name}; ${advice}`),
      ...(pending.length === 0
        ? [ok('migrations', 'all are applied'), ...(await checkProcesses(client, config.reconcileIntervalMs))]
        : [
            warning(
              'migrations',
              `not applied yet: ${pending.join(', ')}; run: millrace migrate (the start does it, too)`,
            ),
          ]),
    ];
  } finally {
    await client.end();
  }
}

/** A watcher gives a sign of life every two seconds or sooner. */
const slowestWatcherMs = 2_000;

/** Compares two looks at what gives signs of life, whose time is long enough for each to give one. */
async function checkProcesses(client: Client, beatMs: number): Promise<Finding[]> {
  const first = await readSignsOfLife(client);
  const before = new Map(signsOf(first).map(({ id, mark }) => [id, mark]));
  const moved = new Set<string>();
  const until = performance.now() + 1.5 * Math.max(beatMs, slowestWatcherMs);
  let now = first;
  while (performance.now() < until && moved.size < signsOf(now).length) {
    await sleep(250);
    now = await readSignsOfLife(client);
    for (const { id, mark } of signsOf(now)) if (before.get(id) !== mark) moved.add(id);
  }
  const workers = now.workers.filter(({ id }) => moved.has(id)).length;
  const isWatched = now.watcher !== undefined && moved.has(now.watcher.id);
  return [
    isWatched
      ? ok('watcher', 'gives signs of life')
      : warning(
          'watcher',
          'gives no sign of life, so new files are not seen; start it: millrace start, or millrace watcher',
        ),
    workers > 0
      ? ok('workers', `${workers} ${workers === 1 ? 'gives' : 'give'} signs of life`)
      : warning('workers', 'none gives signs of life, so runs wait; start one: millrace start, or millrace worker'),
  ];
}

const signsOf = ({ watcher, workers }: Awaited<ReturnType<typeof readSignsOfLife>>): SignOfLife[] => [
  ...(watcher ? [watcher] : []),
  ...workers,
];
