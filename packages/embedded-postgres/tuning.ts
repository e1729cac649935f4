const MiB = 1024 * 1024;

/** What the machine has for the embedded server, in bytes. */
export interface Machine {
  readonly memory: number;
  /** Free on the disk of the cluster. */
  readonly freeDisk: number;
}

/**
 * Server settings for loading in bulk and a single machine, scaled so that a laptop with little memory or disk still
 * works. Durability is not traded: fsync, full_page_writes and synchronous_commit stay on, as promise 2 needs.
 *
 * - `wal_level=minimal` lets a table created in the same transaction be written without WAL (there are no replicas).
 * - A large `max_wal_size` spares the checkpoints that would write every page of a running load several times; it is
 *   kept below a tenth of the free disk.
 * - One load locks many partitions at once, hence `max_locks_per_transaction`.
 * - No `wal_compression`: this build has only pglz, which costs more time than the writing it saves.
 * - `io_method=sync`: what is read again was written a moment ago and is in the system's cache, where handing the read to
 *   an I/O worker costs more than the read.
 * - No `jit`: queries over many partitions spend longer compiling than they win.
 */
export function tunedSettings({ memory, freeDisk }: Machine): Record<string, string> {
  const sharedBuffers = clamp(memory / 16, 64 * MiB, 512 * MiB);
  const maxWal = clamp(freeDisk / 10, 512 * MiB, 8192 * MiB);
  return {
    shared_buffers: megabytes(sharedBuffers),
    effective_cache_size: megabytes(memory / 2),
    maintenance_work_mem: megabytes(clamp(memory / 64, 64 * MiB, 256 * MiB)),
    work_mem: '16MB',
    io_method: 'sync',
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_logical_replication_workers: '0',
    max_wal_size: megabytes(maxWal),
    min_wal_size: megabytes(maxWal / 8),
    wal_buffers: '16MB',
    checkpoint_timeout: '15min',
    checkpoint_completion_target: '0.9',
    max_connections: '200',
    max_locks_per_transaction: '256',
    random_page_cost: '1.1',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %q%a ',
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MiB)}MB`;
}
