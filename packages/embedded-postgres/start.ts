import { realpath, statfs, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { codeOf } from '#contracts/error-codes.js';
import { messageOf, SetupError } from '#contracts/errors.js';
import { sqlState } from '#database/error-kinds.js';
import type { RolePasswords } from '#database/roles/roles.js';
import { takeFileLock } from '#process/lock-file.js';
import { provideCluster } from './cluster.js';
import { endLeftovers } from './leftovers.js';
import { chooseLocation } from './location.js';
import { listRelationFiles, removeOrphans } from './orphans.js';
import { choosePort } from './port.js';
import { type Access, provideRoleAndDatabase, roleUrl, superuserUrl } from './roles.js';
import { type ServerExit, type ServerProcess, spawnServer } from './server.js';
import { tunedSettings } from './tuning.js';

/** What a connection attempt ends with while the server starts, recovers or dies; `none`: cut off by the server. */
const notReadyCodes = new Set(['ECONNREFUSED', 'ECONNRESET', '57P03', '57P02', '57P01', 'none']);

/** An embedded PostgreSQL that accepts connections. */
export interface EmbeddedPostgres {
  /**
   * Address of our database, whose owner may do nothing else. Also in `<DATA_DIR>/postgres/url`, for psql and Prisma's
   * tools.
   */
  readonly url: string;
  /** Address of the server for its superuser: for tests and drafts of migrations, which make databases of their own. */
  readonly superuserUrl: string;
  readonly pid: number;
  readonly port: number;
  /** Cluster, password and log lie here. */
  readonly folder: string;
  /** Settles when the server has ended, for whatever reason; never rejects. */
  readonly exited: Promise<ServerExit>;
  /**
   * Idempotent. Fast shutdown; after the deadline (default 30 s) by force, which is safe but recovers at the next
   * start.
   */
  stop(deadlineMs?: number): Promise<void>;
  /** Settles when the server answers a new connection, be it by refusing it; rejects when nobody listens. */
  ask(): Promise<void>;
  /** Ends it at once, without waiting; by force when it does not listen to that. */
  quit(): void;
}

export interface EmbeddedPostgresOptions {
  /** `DATA_DIR`; the server lives in `postgres` below it, or where that links to. */
  readonly dataDir: string;
  log(message: string): void;
  /** Of the roles beside our own; one without a password cannot log in. */
  readonly rolePasswords?: RolePasswords;
  /** Server settings that go before the tuned ones; for tests. */
  readonly settings?: Record<string, string>;
  /** The port that it has to have, for processes that know it already; fails when it is taken. */
  readonly port?: number;
  /** Gives the start up, for example while a long recovery runs. */
  readonly signal?: AbortSignal;
}

/**
 * Starts the embedded PostgreSQL of a data folder, creating the cluster the first time and recovering it after a
 * crash, and waits until it accepts connections. Works as a plain user and as root (then as a system user).
 * @throws SetupError in one line when another Millrace has it, or it cannot run here
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, log, signal } = options;
  const location = await chooseLocation(dataDir);
  const lock = takeFileLock(join(location.folder, 'lock'), `the embedded PostgreSQL of ${dataDir}`);
  let server: ServerProcess | undefined;
  try {
    const cluster = await provideCluster(location);
    const data = await realpath(cluster.data);
    await endLeftovers(data, log);
    const filesBefore = await listRelationFiles(data);
    const port = await choosePort(location.folder, options.port);
    const { bavail, bsize } = await statfs(data);
    server = await spawnServer(location, data, {
      listen_addresses: '127.0.0.1',
      port: String(port),
      // Its path would have a length limit (107 bytes) that a data folder may exceed; TCP is enough.
      unix_socket_directories: '',
      ...tunedSettings({ memory: totalmem(), freeDisk: bavail * bsize }),
      ...options.settings,
    });
    const access: Access = { port, passwords: cluster.passwords, others: options.rolePasswords ?? {} };
    await waitUntilReady(server, access, log, signal);
    await removeOrphans(filesBefore, (database) => superuserUrl(access, database), log).catch((error: unknown) =>
      log(
        `search for files that a crash of PostgreSQL may have left failed: ${messageOf(error)}; they stay until the next start`,
      ),
    );
    const url = roleUrl(access);
    await writeFile(join(location.folder, 'url'), `${url}\n`, { mode: 0o600 });

    const { pid, exited, stop, quit } = server;
    void exited.then(() => lock.release());
    return {
      url,
      superuserUrl: superuserUrl(access),
      pid,
      port,
      folder: location.folder,
      exited,
      ask: () => askServer(url),
      stop: (ms = 30_000) => stop(ms),
      quit,
    };
  } catch (error) {
    await server?.stop(5000);
    lock.release();
    throw error;
  }
}

/** Waits without a limit while the server lives: replaying gigabytes of WAL after a crash takes its time. */
async function waitUntilReady(
  server: ServerProcess,
  access: Access,
  log: (message: string) => void,
  signal?: AbortSignal,
) {
  signal?.throwIfAborted();
  const end: { exit?: ServerExit } = {};
  void server.exited.then((exit) => {
    end.exit = exit;
  });
  let nextReport = performance.now() + 5000;
  while (!(await tryProvide(access))) {
    signal?.throwIfAborted();
    if (end.exit) {
      throw new SetupError(
        `the embedded PostgreSQL ended while starting (${describeExit(end.exit)}); its log says:\n${server.logTail()}`,
      );
    }
    if (performance.now() > nextReport) {
      log('the embedded PostgreSQL is still starting (it recovers after a crash)');
      nextReport += 10_000;
    }
    await sleep(25);
  }
}

/** Any answer of the server shows that it works: also that it has no connection left, or is recovering. */
async function askServer(url: string): Promise<void> {
  // Without a time limit of its own: the caller decides how long a server may take, and this one may be slow under
  // load.
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
  } catch (error) {
    if (sqlState(error) === undefined) throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Makes sure that our role and database are there; false while the server is not ready. */
async function tryProvide(access: Access): Promise<boolean> {
  try {
    await provideRoleAndDatabase(access);
    return true;
  } catch (error) {
    const code = codeOf(error) ?? 'none';
    if (!(error instanceof SetupError) && notReadyCodes.has(code)) return false;
    throw error;
  }
}

function describeExit({ code, signal }: ServerExit): string {
  return signal === null ? `exit code ${code}` : signal;
}
