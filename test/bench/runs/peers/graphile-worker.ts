import pg from 'pg';
import { importPeer } from './packages.js';
import type { Peer } from './peer.js';

const packageName = 'graphile-worker';

/** What is used of the package. */
interface GraphileWorker {
  runMigrations(options: { connectionString: string }): Promise<void>;
  run(options: {
    preset: { worker: Record<string, unknown> };
    taskList: Record<string, () => Promise<void>>;
    noHandleSignals: boolean;
  }): Promise<unknown>;
}

/** @param batching what differs from the package's defaults */
function graphileWorker(name: Peer['name'], batching: Record<string, unknown>): Peer {
  return {
    name,
    carriers: ['postgres'],
    package: packageName,
    async add({ databaseUrl, packages }, jobs) {
      const { runMigrations } = await importPeer<GraphileWorker>(packages, packageName);
      await runMigrations({ connectionString: databaseUrl });
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      await client.query(`SELECT graphile_worker.add_job('noop', '{}'::json) FROM generate_series(1, $1)`, [jobs]);
      return {
        async left() {
          const { rows } = await client.query<{ n: number }>(
            'SELECT count(*)::int AS n FROM graphile_worker._private_jobs',
          );
          return rows[0]?.n ?? 0;
        },
        close: () => client.end(),
      };
    },
    async work({ databaseUrl, packages }, slots, onJob) {
      // Its way to keep it from writing a line for each job.
      process.env['NO_LOG_SUCCESS'] = '1';
      const { run } = await importPeer<GraphileWorker>(packages, packageName);
      await run({
        // Its documentation recommends two connections more than jobs at a time.
        preset: {
          worker: { connectionString: databaseUrl, concurrentJobs: slots, maxPoolSize: slots + 2, ...batching },
        },
        taskList: { noop: async () => onJob() },
        noHandleSignals: true,
      });
    },
  };
}

/** One statement to take a job, one to complete it. */
export const plainGraphileWorker = graphileWorker('graphile-worker', {});

/** Jobs are taken many at a time, and completed together with those that end in the same turn of the event loop. */
export const batchedGraphileWorker = graphileWorker('graphile-worker-batched', {
  localQueue: { size: 500 },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
});
