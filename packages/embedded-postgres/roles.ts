import { Client } from 'pg';
import { codeOf } from '#contracts/error-codes.js';
import { SetupError } from '#contracts/errors.js';
import { closeToPublic, provideRoles } from '#database/roles/provide.js';
import { type RolePasswords, roleNames } from '#database/roles/roles.js';
import { scramVerifier } from '#database/roles/scram.js';

/** The role that all of Millrace's processes connect as. It owns their database and may do nothing else. */
export const roleName = 'millrace';
/** The server's superuser, which no process of ours connects as once the server is ready. */
export const superuserName = 'postgres';
const databaseName = 'millrace';

/** Passwords of the two roles, as they lie beside the cluster. */
export interface Passwords {
  readonly role: string;
  readonly superuser: string;
}

/** Where a server listens, and who may come in. */
export interface Access {
  readonly port: number;
  readonly passwords: Passwords;
  /** Of the roles beside ours, from the settings. */
  readonly others: RolePasswords;
}

/** The address of our database for our role. */
export const roleUrl = ({ port, passwords }: Pick<Access, 'port' | 'passwords'>): string =>
  address(port, roleName, passwords.role, databaseName);

/** The address of a database for the server's superuser. @param database its name, encoded for an address */
export const superuserUrl = ({ port, passwords }: Pick<Access, 'port' | 'passwords'>, database = 'postgres'): string =>
  address(port, superuserName, passwords.superuser, database);

const address = (port: number, role: string, password: string, database: string): string =>
  `postgresql://${role}:${password}@127.0.0.1:${port}/${database}`;

/**
 * Makes sure that our role, with the password kept beside the cluster, its database and the roles beside it are there.
 * @throws SetupError when the superuser's password is not that of the cluster, pg's errors while the server is not
 * ready
 */
export async function provideRoleAndDatabase(access: Access): Promise<void> {
  try {
    await provide(access);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await separateRoles(access);
    await provide(access);
  }
}

async function provide(access: Access): Promise<void> {
  await withClient(superuserUrl(access), async (client) => {
    await client.query(`DROP ROLE IF EXISTS ${helperName}`);
    const role = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [roleName]);
    const password = `'${scramVerifier(access.passwords.role)}'`;
    await client.query(`${role.rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${roleName} LOGIN PASSWORD ${password}`);
    const database = await client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]);
    if (database.rowCount === 0) await client.query(`CREATE DATABASE ${databaseName} OWNER ${roleName}`);
    await provideRoles(client, roleName, access.others);
    if (await hasStrangers(client)) return;
    for (const name of [databaseName, 'postgres', 'template1']) await closeToPublic(client, name);
  });
}

/** Whether somebody has made roles that log in here, which may come in by the rights of PUBLIC: these are theirs to keep. */
async function hasStrangers(client: Client): Promise<boolean> {
  const ours = [roleName, ...Object.values(roleNames)];
  const { rowCount } = await client.query(
    'SELECT FROM pg_roles WHERE rolcanlogin AND NOT rolsuper AND rolname <> ALL($1) LIMIT 1',
    [ours],
  );
  return rowCount !== 0;
}

/** Does what a role cannot do to itself; only there while the roles are separated. */
const helperName = 'millrace_separation';

/**
 * In clusters made before there were two roles, `millrace` is the superuser who owns everything. It becomes `postgres`,
 * and a new `millrace` without its powers gets the database with all that lies in it. One transaction: a start that is
 * killed here begins again.
 */
async function separateRoles({ port, passwords }: Access): Promise<void> {
  const helper = await withClient(address(port, roleName, passwords.role, 'postgres'), async (client) => {
    const { rows } = await client.query<{ superuser: boolean; database: boolean }>(
      `SELECT rolsuper AS superuser, EXISTS (SELECT FROM pg_database WHERE datname = $1) AS database
       FROM pg_roles WHERE rolname = current_user`,
      [databaseName],
    );
    if (rows[0]?.superuser !== true) throw refused();
    const password = client.escapeLiteral(passwords.superuser);
    await client.query(`DROP ROLE IF EXISTS ${helperName}`);
    await client.query(`CREATE ROLE ${helperName} SUPERUSER LOGIN PASSWORD ${password}`);
    return address(port, helperName, passwords.superuser, rows[0].database ? databaseName : 'postgres');
  }).catch((error: unknown) => {
    throw isRefusal(error) ? refused(error) : error;
  });
  await withClient(helper, async (client) => {
    const literal = (text: string): string => client.escapeLiteral(text);
    await client.query('BEGIN');
    await client.query(`ALTER ROLE ${roleName} RENAME TO ${superuserName}`);
    await client.query(`ALTER ROLE ${superuserName} PASSWORD ${literal(passwords.superuser)}`);
    await client.query(`CREATE ROLE ${roleName} LOGIN PASSWORD ${literal(passwords.role)}`);
    const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
    if (rows[0]?.name === databaseName) {
      await client.query(`ALTER DATABASE ${databaseName} OWNER TO ${roleName}`);
      await client.query(handOver);
    }
    await client.query('COMMIT');
  });
}

/**
 * Gives our role all that the superuser owns outside the system's schemas; `REASSIGN OWNED` refuses for that superuser.
 */
const handOver = `
DO $$
DECLARE statement text;
BEGIN
  FOR statement IN
    WITH own AS (
      SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
    SELECT format('ALTER SCHEMA %I OWNER TO ${roleName}', nspname) FROM pg_namespace
    WHERE oid IN (SELECT oid FROM own) AND nspowner = '${superuserName}'::regrole
    UNION ALL
    -- ALTER TABLE is for sequences and views, too. A sequence that belongs to a column goes with its table.
    SELECT format('ALTER TABLE %s OWNER TO ${roleName}', c.oid::regclass) FROM pg_class c
    WHERE c.relnamespace IN (SELECT oid FROM own) AND c.relowner = '${superuserName}'::regrole
      AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND c.relkind = 'S' AND d.deptype IN ('a', 'i'))
    UNION ALL
    SELECT format('ALTER ROUTINE %s OWNER TO ${roleName}', oid::regprocedure) FROM pg_proc
    WHERE pronamespace IN (SELECT oid FROM own) AND proowner = '${superuserName}'::regrole
    UNION ALL
    SELECT format('ALTER TYPE %s OWNER TO ${roleName}', t.oid::regtype) FROM pg_type t
    LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.typnamespace IN (SELECT oid FROM own) AND t.typowner = '${superuserName}'::regrole
      AND (t.typtype IN ('e', 'd') OR c.relkind = 'c')
  LOOP
    EXECUTE statement;
  END LOOP;
END $$`;

const isRefusal = (error: unknown): boolean => codeOf(error) === '28P01';

const refused = (cause?: unknown): SetupError =>
  new SetupError(
    'the embedded PostgreSQL refuses the passwords kept beside its cluster; put the right files `password` and ' +
      '`superuser-password` back',
    { cause },
  );

/** @throws what the connection or the work ended with; the server may go away at any time */
async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // The server may go away between two queries; the query that notices rejects by itself.
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}
