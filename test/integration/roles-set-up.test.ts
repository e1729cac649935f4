import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import type { DatasetDefinition } from '#contracts/dataset.js';
import { coverSpans } from '#database/datasets/partitions.js';
import { ensureDatasets } from '#database/datasets/tables.js';
import { applyMigrations } from '#database/migrations/apply.js';
import type { RoleKey, RolePasswords } from '#database/roles/roles.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#embedded-postgres/start.js';
import { testSettings } from '#testing/postgres-settings.js';
import { hasPsql } from '../helpers/sql-states.js';
import { readProjectFile } from '../structure/project.js';

const weights: DatasetDefinition = {
  table: 'hive.weight',
  description: 'One row per weighing.',
  columns: [
    { name: 'at', type: 'timestamp', required: true, description: 'When it was weighed' },
    { name: 'grams', type: 'integer', description: 'What it weighed', unit: 'g', example: 41_200 },
  ],
  partition: { column: 'at', every: 'day' },
  replace: 'file',
};
const noon = BigInt(Date.parse('2026-03-01T12:00:00Z')) * 1000n;
const nextNoon = BigInt(Date.parse('2026-03-02T12:00:00Z')) * 1000n;

function dataFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-roles-'));
  // As root the server runs as another user, who passes through here.
  chmodSync(folder, 0o711);
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function start(t: TestContext, dataDir: string, rolePasswords: RolePasswords = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, log: () => {}, settings: testSettings, rolePasswords });
  t.after(() => server.stop());
  return server;
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function as(url: string, role: RoleKey, password: string): string {
  const address = new URL(url);
  address.username = `millrace_${role}`;
  address.password = password;
  return address.href;
}

async function cover(url: string, table: string, moment: bigint): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN');
  await coverSpans(client, table, [{ from: moment, to: moment }], 'day');
  await client.query('COMMIT');
  await client.end();
}

/** A server as it was before there were roles beside the owner. */
async function forgetRoles({ superuserUrl }: EmbeddedPostgres): Promise<void> {
  for (const role of ['loader', 'dwh', 'orchestrator', 'reader']) {
    await ask(`${superuserUrl.replace(/\/postgres$/, '')}/millrace`, `DROP OWNED BY millrace_${role}`);
    await ask(superuserUrl, `DROP ROLE millrace_${role}`);
  }
}

test('a cluster of before has the roles after its next start, with the passwords of that start and rights on old and new partitions', async (t) => {
  const dataDir = dataFolder(t);
  const before = await start(t, dataDir);
  await forgetRoles(before);
  await applyMigrations(before.url);
  await ensureDatasets(before.url, [weights]);
  await cover(before.url, 'hive.weight', noon);
  await before.stop();

  const first = await start(t, dataDir, { reader: 'the-first-password' });
  const reader = as(first.url, 'reader', 'the-first-password');
  await ensureDatasets(first.url, [weights]);
  await cover(first.url, 'hive.weight', nextNoon);
  for (const table of ['hive.weight', 'hive.weight_20260301', 'hive.weight_20260302', 'fleet.vehicle_status'])
    assert.deepEqual(await ask(reader, `SELECT count(*)::int AS n FROM ${table}`), [{ n: 0 }]);
  await assert.rejects(ask(as(first.url, 'loader', 'x'), 'SELECT 1'), /not permitted to log in|password/);
  await first.stop();

  const second = await start(t, dataDir, { reader: 'the-other-password', dwh: 'of-who-works-in-dwh' });
  await assert.rejects(ask(reader, 'SELECT 1'), { code: '28P01' });
  assert.deepEqual(await ask(as(second.url, 'reader', 'the-other-password'), 'SELECT 1 AS n'), [{ n: 1 }]);
  await second.stop();

  const third = await start(t, dataDir);
  await assert.rejects(
    ask(as(third.url, 'reader', 'the-other-password'), 'SELECT 1'),
    /not permitted to log in|password/,
  );
});

test('what the role dwh makes is read by the reader and the owner, and never taken for a table of a dataset', async (t) => {
  const server = await start(t, dataFolder(t), { dwh: 'of-who-works-in-dwh', reader: 'of-who-only-reads' });
  await applyMigrations(server.url);
  await ensureDatasets(server.url, []);
  const dwh = as(server.url, 'dwh', 'of-who-works-in-dwh');
  const columns = 'at timestamp NOT NULL, grams integer, file_id bigint NOT NULL, ordinal integer NOT NULL';
  await ask(dwh, `CREATE TABLE dwh.weight (${columns}) PARTITION BY RANGE (at)`);
  for (const url of [server.url, as(server.url, 'reader', 'of-who-only-reads')])
    assert.deepEqual(await ask(url, 'SELECT count(*)::int AS n FROM dwh.weight'), [{ n: 0 }]);
  await assert.rejects(ensureDatasets(server.url, [{ ...weights, table: 'dwh.weight' }]), {
    name: 'SetupError',
    message:
      /^the table dwh\.weight: expected one that Millrace made, there is one of the role millrace_dwh; rename it/,
  });
});

test('settings that a person gave a role stay, and roles of people on an embedded server keep their way in', async (t) => {
  const dataDir = dataFolder(t);
  const first = await start(t, dataDir);
  const isOpen = `SELECT has_database_privilege('public', 'millrace', 'CONNECT') AS open`;
  assert.deepEqual(await ask(first.url, isOpen), [{ open: false }]);
  await ask(first.superuserUrl, "ALTER ROLE millrace_reader SET statement_timeout = '30min'");
  await ask(first.superuserUrl, "CREATE ROLE analyst LOGIN PASSWORD 'x'");
  await ask(first.superuserUrl, 'GRANT CONNECT ON DATABASE millrace TO PUBLIC');
  await first.stop();
  const second = await start(t, dataDir, { reader: 'of-who-only-reads' });
  assert.deepEqual(await ask(second.url, isOpen), [{ open: true }]);
  const reader = as(second.url, 'reader', 'of-who-only-reads');
  assert.deepEqual(await ask(reader, 'SHOW statement_timeout'), [{ statement_timeout: '30min' }]);
});

test('a role of that name with powers is refused, with what to do', async (t) => {
  const dataDir = dataFolder(t);
  const first = await start(t, dataDir);
  await ask(first.superuserUrl, 'ALTER ROLE millrace_reader CREATEDB');
  await first.stop();
  await assert.rejects(start(t, dataDir), {
    name: 'SetupError',
    message:
      'the role millrace_reader: expected one without powers, got one with CREATEDB; ' +
      'take it away with ALTER ROLE millrace_reader NOCREATEDB, or rename that role to have a new one made',
  });
});

const entry = fileURLToPath(new URL('../../apps/cli/main.js', import.meta.url));

test('millrace roles makes the roles on a server of one’s own, as often as one likes, and says what is missing', async (t) => {
  const server = await start(t, dataFolder(t));
  await forgetRoles(server);
  const cwd = dataFolder(t);
  const millrace = (args: string[], env: Record<string, string>) =>
    new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
      const options = { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } };
      const child = execFile(process.execPath, [entry, ...args], options, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
  const address = { DATABASE_URL: server.url };

  const nowhere = await millrace(['roles'], {});
  assert.equal(nowhere.code, 78);
  assert.match(nowhere.stderr, /DATABASE_URL: expected the address of Millrace’s database, got none/);
  const nobody = await millrace(['roles'], address);
  assert.equal(nobody.code, 78);
  assert.match(nobody.stderr, /ADMIN_DATABASE_URL \(or --admin-url\): expected .* got none; .* millrace roles --print/);
  const powerless = await millrace(['roles', '--admin-url', server.url], address);
  assert.equal(powerless.code, 78);
  assert.match(
    powerless.stderr,
    /ADMIN_DATABASE_URL: expected a role that may make roles, got one that may not \(permission denied to create role\)/,
  );
  const short = await millrace(['roles'], { ...address, READER_PASSWORD: 'short' });
  assert.match(short.stderr, /READER_PASSWORD: expected at least 16 characters .* got 5 characters \(not shown\)/);

  const given = { ...address, ADMIN_DATABASE_URL: server.superuserUrl, READER_PASSWORD: 'of-who-only-reads' };
  const early = await millrace(['roles'], given);
  assert.deepEqual([early.code, early.stderr], [0, '']);
  assert.equal(
    early.stdout,
    `${[
      'millrace_loader: there, without a password: cannot log in',
      'millrace_dwh: there, without a password: cannot log in',
      'millrace_orchestrator: there, without a password: cannot log in',
      'millrace_reader: can log in',
      'rights are given by: millrace migrate',
    ].join('\n')}\n`,
  );
  assert.equal((await millrace(['migrate'], { ...address, LOG_LEVEL: 'fatal' })).code, 0);
  const reader = as(server.url, 'reader', 'of-who-only-reads');
  assert.deepEqual(await ask(reader, 'SELECT count(*)::int AS n FROM dwh.data_sample'), [{ n: 0 }]);

  const again = await millrace(['roles'], { ...given, READER_PASSWORD: 'another-that-reads' });
  assert.match(again.stdout, /millrace_reader: can log in\nrights given\n$/);
  await assert.rejects(ask(reader, 'SELECT 1'), { code: '28P01' });
});

test('who may make roles and nothing else is enough, the second time, too', async (t) => {
  const server = await start(t, dataFolder(t));
  await forgetRoles(server);
  await ask(server.superuserUrl, "CREATE ROLE administrator LOGIN CREATEROLE PASSWORD 'x'");
  await ask(server.superuserUrl, 'GRANT CONNECT ON DATABASE postgres TO administrator');
  const administrator = new URL(server.superuserUrl);
  administrator.username = 'administrator';
  administrator.password = 'x';
  await applyMigrations(server.url);
  for (const password of ['of-who-only-reads', 'another-that-reads']) {
    const { status, stderr } = spawnSync(process.execPath, [entry, 'roles'], {
      cwd: dataFolder(t),
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: server.url,
        ADMIN_DATABASE_URL: administrator.href,
        READER_PASSWORD: password,
      },
    });
    assert.deepEqual([status, stderr], [0, '']);
    const reader = as(server.url, 'reader', password);
    assert.deepEqual(await ask(reader, 'SELECT count(*)::int AS n FROM fleet.vehicle_status'), [{ n: 0 }]);
  }
});

test('the script of millrace roles --print is that of docker-compose.yaml, has no password, and does the same in psql', async (t) => {
  const dataDir = dataFolder(t);
  const server = await start(t, dataDir);
  await forgetRoles(server);
  const printed = spawnSync(process.execPath, [entry, 'roles', '--print'], {
    cwd: dataDir,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], DATABASE_URL: server.url, READER_PASSWORD: 'of-who-only-reads' },
  });
  assert.equal(printed.status, 0, printed.stderr);
  assert.equal(
    readProjectFile('deploy/postgres/20-millrace-roles.sql'),
    printed.stdout,
    'write what millrace roles --print shows to deploy/postgres/20-millrace-roles.sql',
  );
  assert.doesNotMatch(printed.stdout, /of-who-only-reads/);
  if (!hasPsql) return t.skip('psql is not installed here');
  // Twice, and as Compose has it: what is not given is there, but empty.
  for (const password of ['of-who-only-reads', 'another-that-reads']) {
    const { status, stderr } = spawnSync('psql', [server.superuserUrl, '-X', '-q'], {
      input: printed.stdout,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], READER_PASSWORD: password, DWH_PASSWORD: '' },
    });
    assert.deepEqual([status, stderr], [0, '']);
    await applyMigrations(server.url);
    await ensureDatasets(server.url, []);
    const reader = as(server.url, 'reader', password);
    assert.deepEqual(await ask(reader, 'SELECT count(*)::int AS n FROM fleet.vehicle_status'), [{ n: 0 }]);
  }
  assert.deepEqual(await ask(server.url, 'SELECT rolcanlogin AS yes FROM pg_roles WHERE rolname ~ $$dwh$$'), [
    { yes: false },
  ]);
});
