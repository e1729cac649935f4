import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { codeOf } from '#contracts/error-codes.js';
import { messageOf, SetupError } from '#contracts/errors.js';

/** Oldest PostgreSQL whose SQL the migrations may use, as `server_version_num` has it. */
const oldestServer = 150_000;

/** Refused, unknown or unanswered address, or a server that is still starting: worth another try for a while. */
const passingCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '57P03',
]);

export interface ConnectOptions {
  /** How long a server that does not answer yet is tried again, in milliseconds. */
  readonly patienceMs?: number;
  /** Called once, when the first try failed and another follows. */
  onWait?(message: string): void;
  readonly signal?: AbortSignal;
}

/**
 * A connection outside any pool, for set-up work. The caller ends it.
 * @throws SetupError in one line, without the password, when the server cannot be reached or is too old
 */
export async function connectForSetup(databaseUrl: string, options: ConnectOptions = {}): Promise<Client> {
  const giveUp = performance.now() + (options.patienceMs ?? 0);
  for (let first = true; ; first = false) {
    options.signal?.throwIfAborted();
    const client = new Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: 5000,
      application_name: 'millrace-setup',
    });
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (error) {
      await client.end().catch(() => {});
      const reason = `the database ${describeDatabase(databaseUrl)} ${explain(error)}`;
      if (!isPassing(error) || performance.now() > giveUp)
        throw new SetupError(`${reason}; check DATABASE_URL`, { cause: error });
      if (first) options.onWait?.(`${reason}; trying again`);
      await sleep(250);
      continue;
    }
    await refuseOldServer(client, databaseUrl);
    return client;
  }
}

/** Host, port and database of an address, for messages: never its password. */
export function describeDatabase(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  return `${url.hostname || 'localhost'}:${url.port || '5432'}${url.pathname}`;
}

/** What is to be said of a connection that may do more than Millrace needs; undefined when there is nothing. */
export async function adviceOnRole(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ role: string }>(
    'SELECT rolname AS role FROM pg_roles WHERE rolname = current_user AND rolsuper',
  );
  const [superuser] = rows;
  if (superuser === undefined) return undefined;
  return (
    `DATABASE_URL: expected a role that owns its database and may do nothing else, got the superuser ${superuser.role}; ` +
    'make a role of its own for Millrace (docs/operations.md, "The database role")'
  );
}

async function refuseOldServer(client: Client, databaseUrl: string): Promise<void> {
  const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version_num') AS version");
  const version = Number(rows[0]?.version);
  if (version >= oldestServer) return;
  await client.end();
  throw new SetupError(
    `the database ${describeDatabase(databaseUrl)}: expected PostgreSQL ${oldestServer / 10_000} or newer, ` +
      `got version number ${version}; upgrade it or unset DATABASE_URL to use the embedded one`,
  );
}

// A name that has several addresses fails with an AggregateError, whose own code is that of the first address.
function isPassing(error: unknown): boolean {
  return passingCodes.has(codeOf(error) ?? '') || messageOf(error).includes('timeout');
}

function explain(error: unknown): string {
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
      return 'does not answer (connection refused): is the server running there?';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'has a host name that is not known here';
    case '28P01':
    case '28000':
      return `refused the user or the password (${messageOf(error)})`;
    case '3D000':
      return 'does not exist on that server: create it with CREATE DATABASE, or name another one';
    case '57P03':
      return 'is still starting';
    default:
      return `cannot be used: ${messageOf(error) || codeOf(error)}`;
  }
}
