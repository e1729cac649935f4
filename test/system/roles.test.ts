import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { startEmbeddedPostgres } from '#embedded-postgres/start.js';
import { imageSample } from '#samples/images.js';
import { testSettings } from '#testing/postgres-settings.js';
import { sampleParquet } from '../helpers/inbox.js';
import { startMillrace } from '../helpers/millrace.js';
import { hasPsql, type Statement, sqlStates } from '../helpers/sql-states.js';
import { waitFor } from '../helpers/wait.js';
import { readProjectFile } from '../structure/project.js';

const passwords = {
  LOADER_PASSWORD: 'the-loader-of-a-test',
  DWH_PASSWORD: 'the-dwh-of-a-test!!!',
  ORCHESTRATOR_PASSWORD: 'the-orchestrator-of-a-test',
  READER_PASSWORD: 'the-reader-of-a-test',
};
const roles = ['millrace', 'millrace_loader', 'millrace_dwh', 'millrace_orchestrator', 'millrace_reader'] as const;
type Role = (typeof roles)[number];

const denied = '42501';
const done = '00000';

/** In the order in which a person thinks of them. */
const verbs = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'ALTER', 'DROP'] as const;
type Verb = (typeof verbs)[number];

/** A relation that each role is tried on. */
interface Target {
  /** As the page names it. */
  readonly name: string;
  readonly relation: string;
  /** Of a table; a view is only read. */
  readonly column?: string;
}

const tableOf = (relation: string, column: string, name = `\`${relation}\``): Target => ({ name, relation, column });
const viewOf = (relation: string): Target => ({ name: `view \`${relation}\``, relation });

const targets = (partition: string): Target[] => [
  tableOf('ods.image', 'file_id'),
  tableOf('dwd.image', 'file_id'),
  tableOf('dwd.face', 'file_id'),
  tableOf('dwh.data_sample', 'file_id'),
  tableOf(partition, 'file_id', 'a partition that a load made since'),
  viewOf('dwh.data_sample_star'),
  tableOf('fleet.objects_detection', 'file_id'),
  viewOf('fleet.vehicle_status_latest'),
  tableOf('recordings.sensor', 'file_id'),
  tableOf('recordings.sensor_minute', 'file_id'),
  tableOf('ops.file', 'path'),
  tableOf('ops.run', 'task'),
  tableOf('ops.action', 'caller'),
  tableOf('ops.task_setting_version', 'caller'),
  tableOf('ops.session', 'address'),
  viewOf('tasks_results'),
  viewOf('pipeline_schema.tasks_results'),
];

function statementOf({ relation, column }: Target, verb: Verb): Statement | undefined {
  if (verb === 'SELECT') return { sql: `SELECT FROM ${relation} LIMIT 0` };
  if (column === undefined) return undefined;
  const sql = {
    INSERT: `INSERT INTO ${relation} (${column}) SELECT NULL WHERE false`,
    UPDATE: `UPDATE ${relation} SET ${column} = NULL WHERE false`,
    DELETE: `DELETE FROM ${relation} WHERE false`,
    TRUNCATE: `TRUNCATE ${relation} CASCADE`,
    ALTER: `ALTER TABLE ${relation} ALTER COLUMN ${column} SET STATISTICS 10`,
    DROP: `DROP TABLE ${relation} CASCADE`,
  }[verb];
  return { sql };
}

/** What is done to the server or to a schema. */
const further: readonly (readonly [string, Statement])[] = [
  ...['ods', 'dwd', 'dwh', 'fleet', 'recordings', 'ops', 'public'].map((schema): [string, Statement] => [
    `\`CREATE TABLE\` in \`${schema}\``,
    { sql: `CREATE TABLE ${schema}.another (n integer)` },
  ]),
  ['`CREATE TRIGGER` on `dwh.data_sample`', { sql: triggerSql() }],
  ['`CREATE TEMP TABLE`', { sql: 'CREATE TEMP TABLE another (n integer)' }],
  ['`CREATE SCHEMA`', { sql: 'CREATE SCHEMA another' }],
  ['`CREATE DATABASE`', { sql: 'CREATE DATABASE another', alone: true }],
  ['`CREATE ROLE`', { sql: 'CREATE ROLE another' }],
  ['`ALTER ROLE millrace` (another password)', { sql: "ALTER ROLE millrace PASSWORD 'x'" }],
  ['`SET ROLE postgres`', { sql: 'SET ROLE postgres' }],
  ['`ALTER SYSTEM`', { sql: "ALTER SYSTEM SET log_statement = 'none'", alone: true }],
  ['read `pg_authid` (passwords)', { sql: 'SELECT FROM pg_authid LIMIT 0' }],
  ['`COPY … TO PROGRAM`', { sql: "COPY (SELECT 1) TO PROGRAM 'true'" }],
  ['read a file of the server', { sql: "SELECT pg_read_file('PG_VERSION')" }],
];

function triggerSql(): string {
  return `CREATE TRIGGER another BEFORE INSERT ON dwh.data_sample FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`;
}

test('psql as each role: what it may and may not, on rows and partitions of a real load', async (t) => {
  if (!hasPsql) t.diagnostic('psql is not installed here: asked through node’s pg, which proves nothing about psql');
  const folder = mkdtempSync(join(tmpdir(), 'millrace-roles-'));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'inbox'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { partition, lines } = await loadFiles(folder);
  // Without the processes, whose locks the tables that are dropped here would wait for.
  const server = await startEmbeddedPostgres({
    dataDir: join(folder, 'data'),
    log: () => {},
    settings: testSettings,
    rolePasswords: {
      loader: passwords.LOADER_PASSWORD,
      dwh: passwords.DWH_PASSWORD,
      orchestrator: passwords.ORCHESTRATOR_PASSWORD,
      reader: passwords.READER_PASSWORD,
    },
  });
  t.after(() => server.stop());
  const { url } = server;

  const table = await tryAll(url, partition);
  t.diagnostic(`what each role may:\n${table}`);
  const page = readProjectFile('docs/roles.md');
  const [, said = ''] = /<!-- made by test\/system\/roles\.test\.ts -->\n([\s\S]*?)\n\n/.exec(page) ?? [];
  assert.equal(said, table, 'docs/roles.md says what is true: copy the table above into it');

  await t.test('the reader’s sessions begin read-only and with limits', () => checkReader(url));
  await t.test('no other database of the server lets them in', () => refuseElsewhere(url));
  await t.test('the BI examples of the page give rows', () => runExamples(url, page));
  await t.test('each role’s own example of the page runs', () => runOwnExamples(url, page));
  await t.test('the loader’s rows go through the triggers that keep figures of them', () => insertAsLoader(url));
  await t.test('no password stands in a log', () => {
    const logs = readdirSync(server.folder).filter((name) => name.includes('log'));
    assert.ok(logs.length > 0);
    const said = [...lines, ...logs.map((name) => readFileSync(join(server.folder, name), 'utf8'))].join('\n');
    for (const secret of [...Object.values(passwords), 'SCRAM-SHA-256$']) assert.ok(!said.includes(secret));
  });
});

/** Has the whole product load a file of rows and an image, and stops it. @returns the rows' partition, and what was logged */
async function loadFiles(folder: string): Promise<{ partition: string; lines: readonly string[] }> {
  const millrace = await startMillrace({ folder, env: { ...passwords, SETTLE_MS: '200', WORKERS: '1' } });
  try {
    writeFileSync(join(folder, 'inbox', '2023-01-01 00:00:00.parquet'), sampleParquet(0));
    writeFileSync(join(folder, 'inbox', 'image.jpg'), (await imageSample(0, 1)).bytes);
    const url = readFileSync(join(folder, 'data', 'postgres', 'url'), 'utf8').trim();
    return { partition: await awaitPartition(url), lines: millrace.lines() };
  } finally {
    millrace.signal('SIGTERM');
    await millrace.exited;
  }
}

/** The name of the partition in which the load put its rows. */
async function awaitPartition(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await waitFor('both files are loaded', async () => {
      const { rows } = await client.query<{ partition: string; images: string }>(
        `SELECT (SELECT tableoid::regclass::text FROM dwh.data_sample LIMIT 1) AS partition,
           (SELECT count(*) FROM dwd.image) AS images`,
      );
      return rows[0]?.images === '1' ? (rows[0].partition ?? undefined) : undefined;
    });
  } finally {
    await client.end();
  }
}

/** Tries every statement as every role. @returns the table of docs/roles.md */
async function tryAll(url: string, partition: string): Promise<string> {
  const rows: string[] = [];
  const all = targets(partition);
  const statements = [
    // The reader’s sessions refuse to write by themselves; what is asked here is whether its rights do.
    { sql: 'SET default_transaction_read_only = off', alone: true },
    ...all.flatMap((target) => verbs.flatMap((verb) => statementOf(target, verb) ?? [])),
    ...further.map(([, statement]) => statement),
  ];
  const states = new Map<Role, string[]>();
  for (const role of roles) states.set(role, (await sqlStates(addressOf(url, role), statements)).slice(1));
  let at = 0;
  const isAllowed = (role: Role, what: string): boolean => {
    const state = states.get(role)?.[at];
    assert.ok(state === done || state === denied, `${role}, ${what}: expected success or 42501, got ${state}`);
    return state === done;
  };
  for (const target of all) {
    const allowed = new Map<Role, Verb[]>(roles.map((role) => [role, []]));
    for (const verb of verbs) {
      if (statementOf(target, verb) === undefined) continue;
      for (const role of roles) if (isAllowed(role, `${verb} ${target.relation}`)) allowed.get(role)?.push(verb);
      at++;
    }
    rows.push(`| ${target.name} | ${roles.map((role) => allowed.get(role)?.join(', ') || '–').join(' | ')} |`);
  }
  for (const [name] of further) {
    rows.push(`| ${name} | ${roles.map((role) => (isAllowed(role, name) ? 'yes' : '–')).join(' | ')} |`);
    at++;
  }
  return [
    `| | ${roles.map((role) => `\`${role}\``).join(' | ')} |`,
    `|---|${'---|'.repeat(roles.length)}`,
    ...rows,
  ].join('\n');
}

function addressOf(url: string, role: Role): string {
  if (role === 'millrace') return url;
  const address = new URL(url);
  address.username = role;
  address.password = passwords[`${role.slice('millrace_'.length).toUpperCase()}_PASSWORD` as keyof typeof passwords];
  return address.href;
}

async function checkReader(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: addressOf(url, 'millrace_reader') });
  await client.connect();
  const { rows } = await client.query(
    `SELECT current_setting('default_transaction_read_only') AS "readOnly", current_setting('statement_timeout') AS timeout,
       current_setting('idle_in_transaction_session_timeout') AS idle`,
  );
  assert.deepEqual(rows, [{ readOnly: 'on', timeout: '5min', idle: '10min' }]);
  await assert.rejects(client.query('DELETE FROM dwd.image'), { code: '25006' });
  await client.end();
}

async function refuseElsewhere(url: string): Promise<void> {
  for (const database of ['postgres', 'template1']) {
    for (const role of roles) {
      const address = new URL(addressOf(url, role));
      address.pathname = `/${database}`;
      await assert.rejects(sqlStates(address.href, [{ sql: 'SELECT 1' }]), /permission denied for database/, role);
    }
  }
}

/** What a trigger writes it writes with the rights of who writes. */
async function insertAsLoader(url: string): Promise<void> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query(
    `CREATE TABLE recordings.sensor_202407 PARTITION OF recordings.sensor FOR VALUES FROM ('2024-07-01Z') TO ('2024-08-01Z')`,
  );
  await owner.end();
  const loader = new pg.Client({ connectionString: addressOf(url, 'millrace_loader') });
  await loader.connect();
  await loader.query(
    `INSERT INTO recordings.recording (id, location, file_id, ordinal) VALUES ('r-1', 'Vienna', 1, 0);
     INSERT INTO recordings.sensor (timestamp, relative_timestamp, metric_type, metric_value, recording, file_id, ordinal)
     VALUES ('2024-07-18T14:05:44Z', 0, 'speed', 51.5, 'r-1', 1, 1), ('2024-07-18T14:05:45Z', 1, 'speed', 52.5, 'r-1', 1, 2)`,
  );
  const figures = 'SELECT "values", mean FROM recordings.sensor_minute';
  assert.deepEqual((await loader.query(figures)).rows, [{ values: 2, mean: 52 }]);
  await loader.query('DELETE FROM recordings.sensor WHERE ordinal = 1');
  assert.deepEqual((await loader.query(figures)).rows, [{ values: 1, mean: 52.5 }]);
  await loader.end();
}

/** Each `sql` block of the page's chapter of examples, as the reader. */
async function runExamples(url: string, page: string): Promise<void> {
  const chapter = page.split(/^## /m).find((text) => text.startsWith('From a BI tool')) ?? '';
  const examples = [...chapter.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql = '']) => sql);
  assert.ok(examples.length >= 3);
  const client = new pg.Client({ connectionString: addressOf(url, 'millrace_reader') });
  await client.connect();
  for (const sql of examples) assert.ok(((await client.query(sql)).rowCount ?? 0) > 0, sql);
  await client.end();
}

/** The further examples, each as the role that its first line names. */
async function runOwnExamples(url: string, page: string): Promise<void> {
  const examples = [...page.matchAll(/```sql\n(-- (millrace_\w+)[\s\S]*?)```/g)];
  assert.equal(examples.length, 3);
  for (const [, sql = '', name] of examples) {
    const role = roles.find((each) => each === name);
    assert.ok(role, name);
    assert.deepEqual(await sqlStates(addressOf(url, role), [{ sql: sql.trim().replace(/;$/, '') }]), [done], sql);
  }
}
