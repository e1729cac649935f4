import {
  createPostgresBackend,
  type Job,
  type JobsOptions,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
  Queue,
  type RedisOptions,
  type RedisQueueBackend,
  Worker,
} from 'bullmq';
import pg from 'pg';

/** A job carries the run's id and no more: Postgres is the truth. */
export interface JobData {
  readonly runId: string;
}
/** Its return value is the run's output. */
export type RunJob = Job<JobData, unknown, string>;

type QueueOver<B extends RedisQueueBackend | PostgresQueueBackend, C> = Queue<
  JobData,
  unknown,
  string,
  JobData,
  unknown,
  string,
  B,
  C
>;
export type RunQueue =
  | QueueOver<RedisQueueBackend, RedisOptions>
  | QueueOver<PostgresQueueBackend, PostgresConnectionOptions>;
export type RunWorker =
  | Worker<JobData, unknown, string, RedisQueueBackend, number, RedisOptions>
  | Worker<JobData, unknown, string, PostgresQueueBackend, number, PostgresConnectionOptions>;

/** Where the carrier keeps its jobs: Redis when it is given, else the database. */
export interface CarrierAddress {
  readonly databaseUrl: string;
  readonly redisUrl?: string | undefined;
}

/**
 * What a process is to the queues. `http`: a request waits for it, so a carrier that is away must fail at once.
 * `background`: nobody waits, so it tries for ever.
 */
export type CarrierRole = 'http' | 'background';

/** One process's way to the queues; both backends behave alike behind it. */
export interface Carrier {
  readonly kind: 'redis' | 'postgres';
  /** The options of a new job that say how much of its log stays, and how long it stays when it has ended. */
  retention(): JobsOptions;
  /** Opens the queue on first use, and anew when the carrier was away then; so ask for it each time. */
  queue(name: string): RunQueue;
  worker(name: string, processor: (job: RunJob, token: string) => Promise<unknown>, options: WorkerSettings): RunWorker;
  /** Fails when the carrier cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface WorkerSettings {
  readonly concurrency: number;
  /** Milliseconds after which a worker that has not renewed a job's lock has lost the job. */
  readonly lockMs: number;
}

/** Hash-tagged, so that all keys of Millrace live in one slot of a Redis Cluster. */
const redisPrefix = '{millrace}';

/** Number of ended jobs, the newest, that stay visible in Bull Board; history is the run record's. */
const keepEnded = { count: 1_000 } as const;
/** Lines of a run's log that its job shows, the newest; the record has them all. */
export const keepLogs = 100;
/**
 * On PostgreSQL one job in so many takes the older ones away when it ends. It looks at all that are kept to do so, which
 * costs several times what a job does; Redis looks at the surplus alone.
 */
const trimOneIn = 500;

export function openCarrier(address: CarrierAddress, role: CarrierRole, onError: (error: Error) => void): Carrier {
  const open = new Map<string, RunQueue>();
  const { redisUrl } = address;
  const carrier = redisUrl === undefined ? overPostgres(address.databaseUrl) : overRedis(redisUrl, role);
  const queue = (name: string): RunQueue => {
    const found = open.get(name);
    if (found) return found;
    const opened = carrier.queue(name);
    opened.on('error', onError);
    open.set(name, opened);
    // BullMQ keeps a first connection that failed as failed for good; the next use opens another.
    opened.waitUntilReady().catch(() => {
      if (open.get(name) === opened) open.delete(name);
      void opened.close().catch(onError);
    });
    return opened;
  };
  return {
    kind: redisUrl === undefined ? 'postgres' : 'redis',
    retention: () =>
      redisUrl === undefined && Math.random() > 1 / trimOneIn
        ? { keepLogs }
        : { keepLogs, removeOnComplete: keepEnded, removeOnFail: keepEnded },
    queue,
    worker(name, processor, options) {
      const worker = carrier.worker(name, (job, token = '') => processor(job, token), {
        concurrency: options.concurrency,
        lockDuration: options.lockMs,
        stalledInterval: Math.max(1_000, Math.floor(options.lockMs / 2)),
        // The run record counts losses; the carrier must never give a job up by itself.
        maxStalledCount: 1_000_000,
        autorun: false,
      });
      worker.on('error', onError);
      return worker;
    },
    async ping() {
      await queue('ping').getJobState('ping');
    },
    async close() {
      await Promise.all([...open.values()].map((each) => each.close()));
    },
  };
}

interface WorkerTuning {
  readonly concurrency: number;
  readonly lockDuration: number;
  readonly stalledInterval: number;
  readonly maxStalledCount: number;
  readonly autorun: boolean;
}
type Processor = (job: RunJob, token?: string) => Promise<unknown>;

/**
 * BullMQ asks for its tables on a connection to whose errors nobody listens, so one that breaks then would end the
 * process. The question fails in any case, and that is where it is noticed.
 */
class ListeningClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => {});
  }
}

function overPostgres(databaseUrl: string) {
  // Each queue and worker has a pool of its own, so the pools are small. What a crash of the server takes from the
  // carrier is put right from the record, so nobody waits for the disk.
  const connection: PostgresConnectionOptions = {
    connectionString: databaseUrl,
    max: 2,
    keepAlive: true,
    options: '-c synchronous_commit=off',
    Client: ListeningClient,
  };
  return {
    queue: (name: string): RunQueue =>
      new Queue<JobData, unknown, string, JobData, unknown, string, PostgresQueueBackend, PostgresConnectionOptions>(
        name,
        { connection },
        createPostgresBackend,
      ),
    worker: (name: string, processor: Processor, tuning: WorkerTuning): RunWorker =>
      new Worker<JobData, unknown, string, PostgresQueueBackend, number, PostgresConnectionOptions>(
        name,
        processor,
        { ...tuning, connection },
        createPostgresBackend,
      ),
  };
}

function overRedis(url: string, role: CarrierRole) {
  const retryWithin =
    (maxMs: number) =>
    (times: number): number =>
      Math.min(125 * 2 ** Math.min(times, 8), maxMs);
  const patient: RedisOptions = { url, maxRetriesPerRequest: null, retryStrategy: retryWithin(20_000) };
  // A request that waits is to be answered soon after the carrier is back.
  const failFast: RedisOptions = { url, maxRetriesPerRequest: 1, retryStrategy: retryWithin(1_000) };
  return {
    queue: (name: string): RunQueue =>
      new Queue<JobData, unknown, string, JobData, unknown, string, RedisQueueBackend, RedisOptions>(name, {
        connection: role === 'http' ? failFast : patient,
        skipWaitingForReady: role === 'http',
        prefix: redisPrefix,
      }),
    worker: (name: string, processor: Processor, tuning: WorkerTuning): RunWorker =>
      new Worker<JobData, unknown, string, RedisQueueBackend, number, RedisOptions>(name, processor, {
        ...tuning,
        connection: patient,
        prefix: redisPrefix,
      }),
  };
}
