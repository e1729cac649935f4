import { type ClientBase, escapeIdentifier, escapeLiteral } from 'pg';
import { SetupError } from '#contracts/errors.js';
import { type RolePasswords, roleKeys, roleNames, roleSettings, roleWords } from './roles.js';
import { scramVerifier } from './scram.js';

/** Whose database it is. */
export interface OwnedDatabase {
  readonly owner: string;
  readonly database: string;
}

/**
 * Makes the roles that are not there and gives each the password that is set; one without cannot log in. Rights within
 * the database, that to connect included, are the owner's to give (`grantRights`). Safe to repeat; concurrent callers take
 * turns.
 * @param owner the role that owns Millrace's database
 * @param admin a session of a superuser, or of a role that may make roles
 * @throws SetupError when a role of that name has powers that none of ours has
 */
export async function provideRoles(admin: ClientBase, owner: string, passwords: RolePasswords): Promise<void> {
  await admin.query('BEGIN');
  try {
    await admin.query("SELECT pg_advisory_xact_lock(hashtext('millrace roles'))");
    await admin.query(silenceLog);
    await admin.query(roleStatements(owner));
    await refusePowers(admin);
    for (const key of roleKeys) {
      const password = passwords[key];
      const login = password === undefined ? 'NOLOGIN PASSWORD NULL' : `LOGIN PASSWORD '${scramVerifier(password)}'`;
      await admin.query(`ALTER ROLE ${roleNames[key]} ${login}`);
    }
    await admin.query('COMMIT');
  } catch (error) {
    await admin.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/**
 * Takes the rights to connect and to make temporary tables from roles that nobody gave them (PUBLIC).
 * @param database of which the session's role is the owner, or it is a superuser
 */
export async function closeToPublic(admin: ClientBase, database: string): Promise<void> {
  await admin.query(closeStatement(database));
}

/** The same for psql, which puts in the passwords from its environment: for servers that no process of ours may administer. */
export function rolesScript({ owner, database }: OwnedDatabase): string {
  const logins = roleKeys.map((key) => {
    const variable = `${key}_password`;
    const role = roleNames[key];
    return [
      `\\set ${variable} ''`,
      `\\getenv ${variable} ${variable.toUpperCase()}`,
      `SELECT :'${variable}' <> '' AS given \\gset`,
      '\\if :given',
      `ALTER ROLE ${role} LOGIN PASSWORD :'${variable}';`,
      '\\else',
      `ALTER ROLE ${role} NOLOGIN PASSWORD NULL;`,
      '\\endif',
    ].join('\n');
  });
  return [
    '-- Makes or updates the roles of docs/roles.md, as a superuser. Made by: millrace roles --print',
    '\\set ON_ERROR_STOP on',
    'BEGIN;',
    `${silenceLog};`,
    `${roleStatements(owner)};`,
    `-- Passwords come from psql's environment; a role without one cannot log in.`,
    ...logins,
    '-- Roles of yours connect when they are given it: GRANT CONNECT ON DATABASE … TO …',
    `${closeStatement(database)};`,
    'COMMIT;',
    '-- The rights within the database are given by its owner: millrace migrate.',
    '',
  ].join('\n');
}

/** A statement with a password, even as its hash, stands in no log of the server. Only a superuser may say so. */
const silenceLog = `SELECT set_config(name, value, true) FROM (VALUES ('log_statement', 'none'),
  ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'), ('log_transaction_sample_rate', '0'),
  ('log_min_error_statement', 'panic')) AS quiet (name, value)
WHERE EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper)`;

/** Makes what is not there; touches nothing that is as it should be. */
function roleStatements(owner: string): string {
  const roles = roleKeys.flatMap((key) => {
    const role = roleNames[key];
    const settings = Object.entries(roleSettings[key] ?? {}).map(
      ([name, value]) =>
        `  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}' AND array_to_string(rolconfig, ' ') LIKE '%${name}=%') THEN
    ALTER ROLE ${role} SET ${name} = '${value}';
  END IF;`,
    );
    return [
      `  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN`,
      `    CREATE ROLE ${role} NOLOGIN;`,
      `    COMMENT ON ROLE ${role} IS ${escapeLiteral(roleWords[key])};`,
      '  END IF;',
      ...settings,
    ];
  });
  return ['DO $$', 'BEGIN', ...roles, ...membership(owner), 'END', '$$'].join('\n');
}

/** What the role makes in dwh is the owner's to read and to save, too; without that pg_dump would fail on it. */
const membership = (owner: string): string[] => [
  `  IF NOT pg_has_role(${escapeLiteral(owner)}, '${roleNames.dwh}', 'MEMBER') THEN`,
  `    GRANT ${roleNames.dwh} TO ${escapeIdentifier(owner)};`,
  '  END IF;',
];

const closeStatement = (database: string): string =>
  `REVOKE CONNECT, TEMPORARY ON DATABASE ${escapeIdentifier(database)} FROM PUBLIC`;

async function refusePowers(admin: ClientBase): Promise<void> {
  const { rows } = await admin.query<{ role: string; power: string }>(
    `SELECT rolname AS role, power FROM pg_roles CROSS JOIN LATERAL (VALUES ('SUPERUSER', rolsuper),
       ('CREATEROLE', rolcreaterole), ('CREATEDB', rolcreatedb), ('REPLICATION', rolreplication), ('BYPASSRLS', rolbypassrls))
       AS given (power, is_given)
     WHERE rolname = ANY($1) AND is_given`,
    [Object.values(roleNames)],
  );
  const [first] = rows;
  if (first === undefined) return;
  throw new SetupError(
    `the role ${first.role}: expected one without powers, got one with ${first.power}; ` +
      `take it away with ALTER ROLE ${first.role} NO${first.power}, or rename that role to have a new one made`,
  );
}
