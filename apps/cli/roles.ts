import { datasetsOf, loadCatalogue } from '#catalogue/catalogue.js';
import { appSettings } from '#config/app-settings.js';
import { messageOf, SetupError } from '#contracts/errors.js';
import { ensureDatasets } from '#database/datasets/tables.js';
import { sqlState } from '#database/error-kinds.js';
import { pendingMigrations } from '#database/migrations/apply.js';
import { connectForSetup } from '#database/migrations/connect.js';
import { closeToPublic, type OwnedDatabase, provideRoles, rolesScript } from '#database/roles/provide.js';
import { roleKeys, roleNames, rolePasswordsOf } from '#database/roles/roles.js';
import { readSettings } from '#process/read-settings.js';

/** Options of `millrace roles`. */
export interface RolesOptions {
  readonly adminUrl?: string;
  readonly keepPublic?: boolean;
  readonly print?: boolean;
}

/** SQLSTATE. */
const insufficientPrivilege = '42501';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * Makes or updates the roles beside the owner on the server of DATABASE_URL, and has the owner give them their rights.
 * The embedded PostgreSQL does the same by itself at each start.
 * @throws SetupError in one line when an address is missing or its role may not do that
 */
export async function roles(options: RolesOptions): Promise<void> {
  const { config } = readSettings(appSettings.roles);
  const { databaseUrl } = config;
  if (databaseUrl === undefined) {
    throw new SetupError(
      'DATABASE_URL: expected the address of Millrace’s database, got none; the embedded PostgreSQL makes the roles by ' +
        'itself at each start, with the passwords of the settings',
    );
  }
  const owned = ownedDatabase(databaseUrl);
  if (options.print === true) {
    process.stdout.write(rolesScript(owned));
    return;
  }
  const adminUrl = options.adminUrl ?? config.adminDatabaseUrl;
  if (adminUrl === undefined) {
    throw new SetupError(
      `ADMIN_DATABASE_URL (or --admin-url): expected the server of DATABASE_URL as a role that may make roles, got none; ` +
        'or give the SQL to who administers it: millrace roles --print',
    );
  }
  const passwords = rolePasswordsOf(config);
  const admin = await connectForSetup(adminUrl);
  try {
    await provideRoles(admin, owned.owner, passwords).catch(explainRefusal);
  } finally {
    await admin.end();
  }
  for (const key of roleKeys) {
    say(
      `${roleNames[key]}: ${passwords[key] === undefined ? 'there, without a password: cannot log in' : 'can log in'}`,
    );
  }
  if (options.keepPublic !== true) await closeAsOwner(databaseUrl, owned.database);
  say((await grantAsOwner(databaseUrl, config.tasksDir)) ? 'rights given' : 'rights are given by: millrace migrate');
}

/** @throws SetupError where PostgreSQL says that the admin's role may not do that; else the error itself */
function explainRefusal(error: unknown): never {
  if (sqlState(error) !== insufficientPrivilege) throw error;
  throw new SetupError(
    `ADMIN_DATABASE_URL: expected a role that may make roles, got one that may not (${messageOf(error)}); ` +
      'give a superuser, or one with CREATEROLE that made the roles which are there',
    { cause: error },
  );
}

/** @returns false when the database has not all of its tables yet; the rights come with them */
async function grantAsOwner(databaseUrl: string, tasksDir: readonly string[]): Promise<boolean> {
  const owner = await connectForSetup(databaseUrl);
  const pending = await pendingMigrations(owner).finally(() => owner.end());
  if (pending.length > 0) return false;
  await ensureDatasets(databaseUrl, datasetsOf(await loadCatalogue(tasksDir)));
  return true;
}

async function closeAsOwner(databaseUrl: string, database: string): Promise<void> {
  const owner = await connectForSetup(databaseUrl);
  await closeToPublic(owner, database).finally(() => owner.end());
}

function ownedDatabase(databaseUrl: string): OwnedDatabase {
  const { username, pathname } = new URL(databaseUrl);
  const [owner, database] = [username, pathname.slice(1)].map(decodeURIComponent);
  if (owner && database) return { owner, database };
  throw new SetupError(
    'DATABASE_URL: expected an address with user and database, like postgresql://millrace:…@host:5432/millrace; got one without',
  );
}
