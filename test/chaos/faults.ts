import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createRandom, type Random } from '#samples/random.js';
import { childrenOf } from '../helpers/child.js';
import { type Millrace, startMillrace } from '../helpers/millrace.js';
import { startRedis, type TestRedis } from '../helpers/redis.js';

/** The product under attack; what is killed for good is started again. */
export interface Target {
  millrace: Millrace;
  redis: TestRedis | undefined;
  /** Starts the product again at the same address. */
  restart(): Promise<Millrace>;
}

/** One way to harm it; says whom it hit, undefined when there was nobody to hit. */
type Fault = (target: Target, random: Random) => Promise<string | undefined>;

const kill = (pid: number, signal: NodeJS.Signals): boolean => {
  try {
    return process.kill(pid, signal);
  } catch {
    // It ended in between.
    return false;
  }
};

interface Victim {
  readonly name: string;
  readonly pid: number;
}

/** Processes that the supervisor has running, by the beginning of their names. */
const running = ({ millrace }: Target, begins: string): Victim[] =>
  (millrace.state()?.processes ?? []).flatMap(({ name, pid }) =>
    pid !== null && name.startsWith(begins) ? [{ name, pid }] : [],
  );

const one = (victims: readonly Victim[], random: Random): Victim | undefined =>
  victims.length === 0 ? undefined : random.pick(victims);

const signalled =
  (begins: string, signal: NodeJS.Signals): Fault =>
  async (target, random) => {
    const victim = one(running(target, begins), random);
    return victim && kill(victim.pid, signal) ? victim.name : undefined;
  };

const childKilled =
  (begins: string): Fault =>
  async (target, random) => {
    const children = running(target, begins).flatMap(({ name, pid }) =>
      childrenOf(pid).map((child) => ({ name: `${child} of ${name}`, pid: child })),
    );
    const victim = one(children, random);
    return victim && kill(victim.pid, 'SIGKILL') ? victim.name : undefined;
  };

/** Longer than the carrier's lock, so that others take the work over; it goes on in the middle of a statement. */
const suspended =
  (begins: string): Fault =>
  async (target, random) => {
    const victim = one(running(target, begins), random);
    if (!victim || !kill(victim.pid, 'SIGSTOP')) return undefined;
    await sleep(random.int(500, 9_000));
    kill(victim.pid, 'SIGCONT');
    return victim.name;
  };

/** By what they are called in the report; drawn as often as they stand here. */
const faults: readonly (readonly [name: string, fault: Fault])[] = [
  ['SIGKILL to a worker', signalled('worker', 'SIGKILL')],
  ['SIGKILL to a worker', signalled('worker', 'SIGKILL')],
  ['SIGKILL to a worker', signalled('worker', 'SIGKILL')],
  ['SIGTERM to a worker', signalled('worker', 'SIGTERM')],
  ['SIGSTOP to a worker, then SIGCONT', suspended('worker')],
  ['SIGKILL to the watcher', signalled('watcher', 'SIGKILL')],
  ['SIGSTOP to the watcher, then SIGCONT', suspended('watcher')],
  ['SIGKILL to the API', signalled('api', 'SIGKILL')],
  ['SIGKILL to a process that decodes images', childKilled('worker')],
  ['SIGKILL to PostgreSQL', signalled('postgres', 'SIGKILL')],
  ['SIGKILL to a session of PostgreSQL', childKilled('postgres')],
  [
    'SIGKILL to the supervisor',
    async (target) => {
      target.millrace.signal('SIGKILL');
      await target.millrace.exited;
      target.millrace = await target.restart();
      return 'supervisor';
    },
  ],
  [
    'SIGTERM to the supervisor',
    async (target) => {
      target.millrace.signal('SIGTERM');
      await target.millrace.exited;
      target.millrace = await target.restart();
      return 'supervisor';
    },
  ],
];

const redisFaults: typeof faults = [
  [
    'FLUSHALL',
    async ({ redis }) => {
      if (!redis) return undefined;
      const client = new Redis(redis.url);
      await client.flushall();
      client.disconnect();
      return 'redis';
    },
  ],
  [
    'SIGKILL to Redis, back with nothing',
    async (target, random) => {
      if (!target.redis) return undefined;
      const { url, pid, stop } = target.redis;
      kill(pid, 'SIGKILL');
      await stop();
      await sleep(random.int(0, 3_000));
      target.redis = await startRedis(Number(new URL(url).port));
      return 'redis';
    },
  ],
];

/** Harms the target at random, and counts what it did. */
export class Faults {
  readonly counts = new Map<string, number>();
  readonly #random: Random;
  readonly #all: typeof faults;

  constructor(seed: number, withRedis: boolean) {
    this.#random = createRandom(seed, 'faults');
    this.#all = withRedis ? [...faults, ...redisFaults] : faults;
  }

  /** Does one thing that hits somebody. @returns what it was, and whom it hit */
  async next(target: Target): Promise<string> {
    for (;;) {
      const [name, fault] = this.#random.pick(this.#all);
      const victim = await fault(target, this.#random);
      if (victim === undefined) continue;
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
      return `${name} (${victim})`;
    }
  }
}

/** Starts the product; again when it was hit while it started. */
export async function startUnderAttack(options: Parameters<typeof startMillrace>[0]): Promise<Millrace> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startMillrace(options);
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}
