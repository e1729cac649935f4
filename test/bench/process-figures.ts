/**
 * What processes cost, read from Linux's `/proc` (proc(5)): CPU seconds and memory by role, over a stretch of time.
 * Works for processes that come and go, of any program.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Unit of CPU times in `/proc`: USER_HZ, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** What one process has used so far. */
export interface ProcessReading {
  readonly pid: number;
  readonly parent: number;
  /** Start in ticks since boot; with the number it distinguishes this process from a later one of the same number. */
  readonly started: number;
  /** Command line with spaces; programs like PostgreSQL write there what they do. */
  readonly command: string;
  readonly cpuSeconds: number;
  /** Of its children that have ended. */
  readonly childrenCpuSeconds: number;
  /** Largest resident memory of its life, shared memory that it touched (PostgreSQL's buffers) included. */
  readonly peakBytes: number;
  /** Resident memory at this moment that is neither shared nor of a file. */
  readonly privateBytes: number;
}

/** What all processes of a role used during a measurement. */
export interface RoleFigures {
  readonly role: string;
  /** How many there were, one after another ones included. */
  readonly processes: number;
  readonly cpuSeconds: number;
  /** Of the largest one, see {@link ProcessReading}. */
  readonly peakBytes: number;
  /** Most that one of them had at a look. */
  readonly privatePeakBytes: number;
}

/** The figures of a measurement. */
export interface ProcessFigures {
  /** Those that used most CPU first. */
  readonly roles: readonly RoleFigures[];
  readonly cpuSeconds: number;
  /** Most private memory of all measured processes together at one look. */
  readonly privatePeakBytes: number;
}

/** Names the role of a process that is to be measured; undefined for all others. */
export type RoleOf = (process: ProcessReading) => string | undefined;

/** Reads one process; undefined when there is none of that number any more. */
export function readProcess(pid: number): ProcessReading | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in parentheses and may contain anything, blanks and parentheses included.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const field = (n: number): number => Number(fields[n - 3]);
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return {
      pid,
      parent: field(4),
      started: field(22),
      command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
      cpuSeconds: (field(14) + field(15)) / ticksPerSecond,
      childrenCpuSeconds: (field(16) + field(17)) / ticksPerSecond,
      peakBytes: kilobytes('VmHWM') * 1024,
      privateBytes: kilobytes('RssAnon') * 1024,
    };
  } catch {
    // Ended between two looks, or this is no Linux.
    return undefined;
  }
}

/** All processes of the machine. */
export function readProcesses(): ProcessReading[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => readProcess(Number(pid)) ?? []);
}

interface Role {
  readonly processes: Set<string>;
  cpuSeconds: number;
  peakBytes: number;
  privatePeakBytes: number;
}

const keyOf = ({ pid, started }: ProcessReading): string => `${pid}/${started}`;

/**
 * Measures processes from its creation until `stop`, looking every 500 ms. What a process uses between the last look
 * and its end is not lost: its parent's account of ended children has it, if the parent is measured as well.
 */
export class ProcessMeter {
  readonly #read: () => readonly ProcessReading[];
  readonly #roleOf: RoleOf;
  readonly #roles = new Map<string, Role>();
  readonly #timer: NodeJS.Timeout | undefined;
  #last: Map<string, { readonly reading: ProcessReading; readonly role: string }> | undefined;
  #privatePeakBytes = 0;

  /** @param options.read where readings come from, and no looks by itself: for tests */
  constructor(roleOf: RoleOf, options: { readonly read?: () => readonly ProcessReading[] } = {}) {
    this.#roleOf = roleOf;
    this.#read = options.read ?? readProcesses;
    this.look();
    if (!options.read) this.#timer = setInterval(() => this.look(), 500).unref();
  }

  /** Takes account of what has happened since the last look. */
  look(): void {
    const last = this.#last;
    const now = new Map<string, { readonly reading: ProcessReading; readonly role: string }>();
    for (const reading of this.#read()) {
      const role = last?.get(keyOf(reading))?.role ?? this.#roleOf(reading);
      if (role !== undefined) now.set(keyOf(reading), { reading, role });
    }
    let privateBytes = 0;
    for (const [key, { reading, role }] of now) {
      const total = this.#role(role);
      total.processes.add(key);
      total.peakBytes = Math.max(total.peakBytes, reading.peakBytes);
      total.privatePeakBytes = Math.max(total.privatePeakBytes, reading.privateBytes);
      privateBytes += reading.privateBytes;
      const before = last?.get(key)?.reading;
      // What was there before the first look had used some already; what came later counts from its birth.
      if (last) total.cpuSeconds += reading.cpuSeconds - (before?.cpuSeconds ?? 0);
      if (last && before) this.#addEnded(reading, reading.childrenCpuSeconds - before.childrenCpuSeconds, role, now);
    }
    this.#privatePeakBytes = Math.max(this.#privatePeakBytes, privateBytes);
    this.#last = now;
  }

  /** Takes a last look and gives the figures. */
  stop(): ProcessFigures {
    clearInterval(this.#timer);
    this.look();
    const roles = [...this.#roles].map(([role, { processes, ...figures }]) => ({
      role,
      processes: processes.size,
      ...figures,
    }));
    return {
      roles: roles.sort((a, b) => b.cpuSeconds - a.cpuSeconds),
      cpuSeconds: roles.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      privatePeakBytes: this.#privatePeakBytes,
    };
  }

  /**
   * Adds what children that have ended used after the last look at them, under the role of the parent when they were
   * never seen.
   */
  #addEnded(parent: ProcessReading, endedSeconds: number, role: string, now: ReadonlyMap<string, unknown>): void {
    if (endedSeconds <= 0) return;
    const ended = [...(this.#last ?? [])].filter(
      ([key, { reading }]) => reading.parent === parent.pid && !now.has(key),
    );
    const seen = ended.reduce((sum, [, { reading }]) => sum + reading.cpuSeconds, 0);
    const owner = ended[0]?.[1].role ?? role;
    this.#role(owner).cpuSeconds += Math.max(0, endedSeconds - seen);
  }

  #role(name: string): Role {
    let role = this.#roles.get(name);
    if (!role) {
      role = { processes: new Set(), cpuSeconds: 0, peakBytes: 0, privatePeakBytes: 0 };
      this.#roles.set(name, role);
    }
    return role;
  }
}

/**
 * Names the processes of a PostgreSQL server: `postgres checkpointer` and so on; `postgres sessions` are those that
 * serve clients, and the first process, which has the account of those that have ended.
 * @param postmaster its first process
 */
export function postgresRole(postmaster: number, { pid, parent, command }: ProcessReading): string | undefined {
  if (pid === postmaster) return 'postgres sessions';
  if (parent !== postmaster) return undefined;
  // "postgres: checkpointer", or with a cluster's name between; a session names its user, database and client.
  const what = /(checkpointer|background writer|walwriter|autovacuum|io worker|logical replication)/.exec(command)?.[1];
  return `postgres ${what ?? 'sessions'}`;
}
