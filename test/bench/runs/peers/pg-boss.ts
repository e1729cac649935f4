import { importPeer } from './packages.js';
import type { Peer } from './peer.js';

const packageName = 'pg-boss';
const queueName = 'noop';

/** What is used of the package. */
interface Boss {
  on(event: 'error', listener: (error: unknown) => void): void;
  start(): Promise<unknown>;
  stop(options: { graceful: boolean }): Promise<void>;
  createQueue(name: string): Promise<void>;
  insert(jobs: readonly { name: string; data: object }[]): Promise<void>;
  getQueueSize(name: string, options: { before: string }): Promise<number>;
  work(name: string, options: object, handler: () => Promise<void>): Promise<string>;
  notifyWorker(id: string): void;
}
interface BossOptions {
  readonly connectionString: string;
  readonly max: number;
  /** Whether it looks after its tables and its schedules. */
  readonly supervise?: boolean;
  readonly schedule?: boolean;
}
interface PgBoss {
  readonly default: new (options: BossOptions) => Boss;
}

async function openBoss(packages: string, options: BossOptions): Promise<Boss> {
  const { default: Boss } = await importPeer<PgBoss>(packages, packageName);
  const boss = new Boss(options);
  boss.on('error', (error) => console.error(error));
  await boss.start();
  return boss;
}

/** One worker of its own for each slot, which takes and completes one job at a time. */
export const pgBoss: Peer = {
  name: 'pg-boss',
  carriers: ['postgres'],
  package: packageName,
  async add({ packages, databaseUrl }, jobs) {
    const boss = await openBoss(packages, { connectionString: databaseUrl, max: 2, supervise: false, schedule: false });
    await boss.createQueue(queueName);
    for (let from = 0; from < jobs; from += 1000) {
      const portion = Math.min(1000, jobs - from);
      await boss.insert(Array.from({ length: portion }, () => ({ name: queueName, data: {} })));
    }
    return {
      left: () => boss.getQueueSize(queueName, { before: 'completed' }),
      close: () => boss.stop({ graceful: false }),
    };
  },
  async work({ packages, databaseUrl }, slots, onJob) {
    const boss = await openBoss(packages, { connectionString: databaseUrl, max: slots + 2 });
    const ids: string[] = [];
    for (let slot = 0; slot < slots; slot += 1) {
      const id = await boss.work(queueName, { batchSize: 1, pollingIntervalSeconds: 0.5 }, async () => {
        onJob();
        // Without this a worker takes its next job when the interval of polling is over.
        const own = ids[slot];
        if (own !== undefined) boss.notifyWorker(own);
      });
      ids[slot] = id;
    }
  },
};
