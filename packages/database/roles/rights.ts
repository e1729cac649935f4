import { type ClientBase, escapeIdentifier } from 'pg';
import { roleNames } from './roles.js';

/** A right of a role on all tables, views or sequences of a schema, or on those that are named. */
interface Rule {
  readonly role: string;
  readonly schema: string;
  /** PostgreSQL's letters: r table, p partitioned table, v view, m materialized view, S sequence. */
  readonly kinds: string;
  readonly rights: readonly string[];
  readonly named?: readonly string[];
  readonly butNot?: readonly string[];
  /** Also for what is made later in the schema. */
  readonly later?: boolean;
}

/** The views of docs/sql-views.md. */
const telemetryViews = ['tasks_results', 'dags', 'dag_runs', 'task_instances'];
/** Who is logged in. */
const sessions = 'session';
/** Who did what by hand, and from which address. */
const actions = 'action';
/** Who set what for a task, and when. */
const settingVersions = 'task_setting_version';
/** The ledger: which file a row came from. */
const ledger = 'file';

/** What programs of ours write on behalf of people, and others do not read. */
const byHand = [sessions, actions, settingVersions];

const rowRights = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const tables = 'rp';
const views = 'vm';

/**
 * All rights, but those on the database and on schemas. None has TRIGGER or REFERENCES on a table of ours: a trigger's
 * function runs with the rights of who writes, the owner, and a foreign key can keep the owner from deleting rows.
 */
function rulesOf(datasetSchemas: readonly string[]): Rule[] {
  const { loader, dwh, orchestrator, reader } = roleNames;
  return [
    ...datasetSchemas.flatMap((schema): Rule[] => [
      { role: loader, schema, kinds: tables, rights: rowRights, later: true },
      { role: loader, schema, kinds: views, rights: ['SELECT'] },
      { role: loader, schema, kinds: 'S', rights: ['USAGE'], later: true },
      { role: reader, schema, kinds: tables + views, rights: ['SELECT'], later: true },
    ]),
    { role: loader, schema: 'ops', kinds: tables, rights: ['SELECT'], named: [ledger] },
    { role: dwh, schema: 'dwh', kinds: tables, rights: [...rowRights, 'TRUNCATE'], later: true },
    { role: dwh, schema: 'dwh', kinds: views, rights: ['SELECT'] },
    { role: dwh, schema: 'dwh', kinds: 'S', rights: ['USAGE', 'SELECT'], later: true },
    { role: orchestrator, schema: 'ops', kinds: tables, rights: rowRights, butNot: byHand },
    {
      role: orchestrator,
      schema: 'ops',
      kinds: tables,
      rights: ['SELECT', 'INSERT'],
      named: [actions, settingVersions],
    },
    { role: orchestrator, schema: 'ops', kinds: views, rights: ['SELECT'] },
    { role: orchestrator, schema: 'ops', kinds: 'S', rights: ['USAGE'] },
    { role: reader, schema: 'ops', kinds: tables + views, rights: ['SELECT'], butNot: byHand },
    { role: orchestrator, schema: 'pipeline_schema', kinds: views, rights: ['SELECT'] },
    { role: reader, schema: 'pipeline_schema', kinds: views, rights: ['SELECT'] },
    { role: orchestrator, schema: 'public', kinds: views, rights: ['SELECT'], named: telemetryViews },
    { role: reader, schema: 'public', kinds: views, rights: ['SELECT'] },
  ];
}

/**
 * Gives the roles the rights that they lack, on what there is and on what is made later, partitions above all: no role
 * ever needs another grant. Where a role is not there nothing is done. Does not take away what somebody else gave.
 * @param client a session of the owner, in a transaction
 * @param datasetSchemas the schemas that hold datasets
 */
export async function grantRights(client: ClientBase, datasetSchemas: readonly string[]): Promise<void> {
  const rules = rulesOf(datasetSchemas);
  const statements = [
    ...(await lackingOnDatabase(client)),
    ...(await lackingOnSchemas(client, rules)),
    ...(await lackingOnRelations(client, rules)),
    ...(await lackingDefaults(client, rules)),
  ];
  // One message for all: a cluster of before may have thousands of partitions.
  if (statements.length > 0) await client.query(statements.join(';\n'));
}

async function lackingOnDatabase(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ statement: string }>(
    `SELECT format('GRANT CONNECT ON DATABASE %I TO %I', d.datname, g.rolname) AS statement
     FROM pg_roles g JOIN pg_database d ON d.datname = current_database()
     WHERE g.rolname = ANY($1) AND pg_has_role(d.datdba, 'USAGE')
       AND NOT EXISTS (SELECT FROM aclexplode(d.datacl) a WHERE a.grantee = g.oid AND a.privilege_type = 'CONNECT')`,
    [Object.values(roleNames)],
  );
  return rows.map(({ statement }) => statement);
}

async function lackingOnSchemas(client: ClientBase, rules: readonly Rule[]): Promise<string[]> {
  const wanted = [
    ...new Set(rules.map(({ role, schema }) => `${role} ${schema} USAGE`)),
    `${roleNames.dwh} dwh CREATE`,
  ].map((text) => text.split(' '));
  const { rows } = await client.query<{ statement: string }>(
    `SELECT format('GRANT %s ON SCHEMA %I TO %I', w.privilege, n.nspname, g.rolname) AS statement
     FROM unnest($1::text[], $2::text[], $3::text[]) AS w (role, schema, privilege)
     JOIN pg_roles g ON g.rolname = w.role JOIN pg_namespace n ON n.nspname = w.schema
     -- That everybody may use public is PostgreSQL's own default.
     WHERE n.nspname <> 'public' AND pg_has_role(n.nspowner, 'USAGE')
       AND NOT EXISTS (SELECT FROM aclexplode(n.nspacl) a WHERE a.grantee = g.oid AND a.privilege_type = w.privilege)`,
    [0, 1, 2].map((part) => wanted.map((words) => words[part])),
  );
  return rows.map(({ statement }) => statement);
}

async function lackingOnRelations(client: ClientBase, rules: readonly Rule[]): Promise<string[]> {
  const { rows } = await client.query<{ statement: string }>(
    `SELECT format('GRANT %s ON %s %I.%I TO %I', string_agg(w.privilege, ', '), CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
       n.nspname, c.relname, g.rolname) AS statement
     FROM jsonb_to_recordset($1) AS rule (role text, schema text, kinds text, rights text[], named text[], "butNot" text[])
     JOIN pg_roles g ON g.rolname = rule.role JOIN pg_namespace n ON n.nspname = rule.schema
     JOIN pg_class c ON c.relnamespace = n.oid AND strpos(rule.kinds, c.relkind::text) > 0
       AND (rule.named IS NULL OR c.relname = ANY(rule.named)) AND (rule."butNot" IS NULL OR c.relname <> ALL(rule."butNot"))
     CROSS JOIN LATERAL unnest(rule.rights) AS w (privilege)
     WHERE pg_has_role(c.relowner, 'USAGE') AND c.relowner <> g.oid
       AND NOT EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee = g.oid AND a.privilege_type = w.privilege)
     GROUP BY c.oid, c.relkind, n.nspname, c.relname, g.rolname`,
    [JSON.stringify(rules)],
  );
  return rows.map(({ statement }) => statement);
}

/** Of what the owner makes later; and of what the role dwh makes: the reader reads that, too. */
async function lackingDefaults(client: ClientBase, rules: readonly Rule[]): Promise<string[]> {
  const wanted = [
    ...rules.filter(({ later }) => later).map((rule) => ({ ...rule, creator: null })),
    { creator: roleNames.dwh, role: roleNames.reader, schema: 'dwh', kinds: tables, rights: ['SELECT'] },
  ];
  const { rows } = await client.query<{ creator: string; schema: string; rights: string; what: string; role: string }>(
    `SELECT o.rolname AS creator, n.nspname AS schema, string_agg(w.privilege, ', ') AS rights,
       CASE k.kind WHEN 'S' THEN 'SEQUENCES' ELSE 'TABLES' END AS what, g.rolname AS role
     FROM jsonb_to_recordset($1) AS rule (creator text, role text, schema text, kinds text, rights text[])
     JOIN pg_roles g ON g.rolname = rule.role JOIN pg_namespace n ON n.nspname = rule.schema
     JOIN pg_roles o ON o.rolname = COALESCE(rule.creator, current_user) AND pg_has_role(o.oid, 'USAGE')
     CROSS JOIN LATERAL (SELECT CASE WHEN rule.kinds = 'S' THEN 'S' ELSE 'r' END AS kind) k
     CROSS JOIN LATERAL unnest(rule.rights) AS w (privilege)
     WHERE pg_has_role(n.nspowner, 'USAGE') AND NOT EXISTS (
       SELECT FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) a
       WHERE d.defaclrole = o.oid AND d.defaclnamespace = n.oid AND d.defaclobjtype::text = k.kind
         AND a.grantee = g.oid AND a.privilege_type = w.privilege)
     GROUP BY 1, 2, 4, 5`,
    [JSON.stringify(wanted)],
  );
  return rows.map(
    ({ creator, schema, rights, what, role }) =>
      `ALTER DEFAULT PRIVILEGES FOR ROLE ${escapeIdentifier(creator)} IN SCHEMA ${escapeIdentifier(schema)} GRANT ${rights} ON ${what} TO ${escapeIdentifier(role)}`,
  );
}
