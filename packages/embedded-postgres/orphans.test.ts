import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Client } from 'pg';
import { isAlive } from '#process/lock-file.js';
import { testSettings } from '#testing/postgres-settings.js';
import { waitFor } from '../../test/helpers/wait.js';
import { readProjectFile } from '../../test/structure/project.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './start.js';

type Start = (messages?: string[]) => Promise<EmbeddedPostgres>;

/** Starts servers on one folder. After the test they are stopped first and the folder is deleted then. */
function serversOf(t: TestContext): Start {
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-orphans-'));
  chmodSync(dataDir, 0o755);
  const servers: EmbeddedPostgres[] = [];
  t.after(async () => {
    for (const server of servers) await server.stop();
    rmSync(dataDir, { recursive: true });
  });
  return async (messages = []) => {
    const server = await startEmbeddedPostgres({ dataDir, log: (text) => messages.push(text), settings: testSettings });
    servers.push(server);
    return server;
  };
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function ask<T extends Record<string, unknown>>(url: string, sql: string): Promise<T[]> {
  const client = await connect(url);
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Ends every process of the server at the same instant, as a power cut does. */
async function powerCut({ url, pid, exited }: EmbeddedPostgres): Promise<void> {
  const backends = await ask<{ pid: number }>(url, 'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
  // Neither may see the other go: it would roll back, and remove the files itself.
  process.kill(pid, 'SIGSTOP');
  const pids = [...backends.map((row) => row.pid), pid];
  for (const each of pids) process.kill(each, 'SIGKILL');
  await exited;
  await waitFor('all are gone', async () => (pids.some(isAlive) ? undefined : true));
}

test('files of tables that a crash left half made are removed at the next start, and nothing else', async (t) => {
  const start = serversOf(t);
  const first = await start();
  const data = join(first.folder, 'data');
  await ask(
    first.url,
    `CREATE TABLE kept (n integer PRIMARY KEY, long text);
     INSERT INTO kept SELECT n, repeat(md5(n::text), 200) FROM generate_series(1, 2000) n;
     CREATE UNLOGGED TABLE unlogged AS SELECT 1 AS n;`,
  );
  await ask(first.url, 'VACUUM FULL kept');
  await ask(first.superuserUrl, 'CHECKPOINT');
  await ask(first.superuserUrl, 'CREATE DATABASE other OWNER millrace');
  const other = first.url.replace(/\/millrace$/, '/other');
  await ask(other, 'CREATE TABLE elsewhere AS SELECT n FROM generate_series(1, 1000) n');

  const loading: Client[] = [await connect(first.url), await connect(other)];
  const orphans: string[] = [];
  for (const client of loading) {
    await client.query('BEGIN');
    await client.query(
      `CREATE TABLE half AS SELECT n, repeat(md5(n::text), 10) AS long FROM generate_series(1, 50000) n`,
    );
    await client.query('CREATE INDEX half_index ON half (n)');
    await client.query('CREATE TEMP TABLE fleeting AS SELECT 1 AS n');
    const { rows } = await client.query<{ path: string }>(
      `SELECT pg_relation_filepath(c.oid) AS path FROM pg_class c
       WHERE c.relname IN ('half', 'half_index', 'fleeting')
          OR c.oid = (SELECT reltoastrelid FROM pg_class WHERE relname = 'half')`,
    );
    orphans.push(...rows.map(({ path }) => join(data, path)));
  }
  assert.equal(orphans.length, 8);
  await powerCut(first);
  assert.ok(
    orphans.every((path) => existsSync(path)),
    'the crash leaves them behind',
  );

  // A folder of no database, and names that are no relation's: not ours to judge.
  const folder = dirname(String(orphans[0]));
  const strangers = [join(data, 'base', '424242', '16400'), join(folder, '16x'), join(folder, 'notes')];
  mkdirSync(join(data, 'base', '424242'));
  for (const path of strangers) writeFileSync(path, 'x');

  const messages: string[] = [];
  const second = await start(messages);
  assert.deepEqual(orphans.filter(existsSync), []);
  assert.deepEqual(strangers.filter(existsSync), strangers);
  assert.match(messages.join('\n'), /removed \d+ files \(\d+ MB\) of tables that a crash of PostgreSQL left half made/);
  assert.deepEqual(await ask(second.url, 'SELECT count(*)::int, sum(length(long))::int FROM kept'), [
    { count: 2000, sum: 2000 * 6400 },
  ]);
  assert.deepEqual(await ask(second.url, 'SELECT n FROM unlogged'), [], 'an unlogged table is emptied by recovery');
  assert.deepEqual(await ask(other, 'SELECT count(*)::int FROM elsewhere'), [{ count: 1000 }]);
  await ask(second.url, 'REINDEX DATABASE');
});

test('a start after a stop in good order removes nothing', async (t) => {
  const start = serversOf(t);
  const first = await start();
  await ask(first.url, 'CREATE TABLE kept AS SELECT 1 AS n');
  await first.stop();
  const messages: string[] = [];
  const second = await start(messages);
  assert.deepEqual(messages, []);
  assert.deepEqual(await ask(second.url, 'SELECT n FROM kept'), [{ n: 1 }]);
});

test('the query of docs/operations.md lists exactly the files that no table has', async (t) => {
  const query = /```sql\n(-- relation files[^`]*)```/.exec(readProjectFile('docs/operations.md'))?.[1];
  assert.ok(query, 'the page has the query');
  const server = await serversOf(t)();
  await ask(server.url, 'CREATE TABLE kept AS SELECT n FROM generate_series(1, 1000) n');
  const superuser = server.superuserUrl.replace(/postgres$/, 'millrace');
  assert.deepEqual(await ask(superuser, query), []);
  const [row] = await ask<{ path: string }>(server.url, `SELECT pg_relation_filepath('kept') AS path`);
  const kept = join(server.folder, 'data', row?.path ?? '');
  const longAgo = new Date('2020-01-01T00:00:00Z');
  for (const name of ['9999999', '9999999.1', '9999999_fsm']) {
    writeFileSync(join(dirname(kept), name), readFileSync(kept));
    chmodSync(join(dirname(kept), name), 0o644);
    utimesSync(join(dirname(kept), name), longAgo, longAgo);
  }
  const found = await ask<{ file: string }>(superuser, query);
  assert.deepEqual(
    found.map(({ file }) => file.replace(/^.*\//, '')),
    ['9999999', '9999999.1', '9999999_fsm'],
  );
});
