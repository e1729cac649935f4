import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { isAlive } from '#process/lock-file.js';
import { createReleasers, type Release, type Releasers } from '#process/releasers.js';
import { testSettings } from '#testing/postgres-settings.js';
import { findFreePort } from '../../test/helpers/free-port.js';
import { waitFor } from '../../test/helpers/wait.js';
import { runAs } from './account.js';
import { chooseLocation } from './location.js';
import { spawnServer } from './server.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './start.js';

const isRoot = process.getuid?.() === 0;

/** What is to be given back after each test, last taken first: a server stops before its folder goes. */
const taken = new WeakMap<TestContext, Releasers>();

function giveBackAfter(t: TestContext, name: string, release: Release): void {
  let releasers = taken.get(t);
  if (!releasers) {
    const fresh = createReleasers();
    releasers = fresh;
    taken.set(t, fresh);
    t.after(() => fresh.release());
  }
  releasers.add(name, release);
}

/** A data folder that is removed after the test, together with what is linked from it. */
function dataFolder(t: TestContext, mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-pg-'));
  chmodSync(folder, mode);
  giveBackAfter(t, 'data folder', () => {
    const linked = join(folder, 'postgres');
    if (lstatSync(linked, { throwIfNoEntry: false })?.isSymbolicLink())
      rmSync(realpathSync(linked), { recursive: true });
    rmSync(folder, { recursive: true });
  });
  return folder;
}

async function start(t: TestContext, dataDir: string, messages: string[] = []): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, log: (text) => messages.push(text), settings: testSettings });
  giveBackAfter(t, 'server', () => server.stop());
  return server;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

interface Fixture {
  readonly pid: number;
  readonly url: string;
  readonly folder: string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** Starts the server from another process, as a user if given. */
async function startElsewhere(t: TestContext, dataDir: string, uid?: number): Promise<Fixture> {
  const script = fileURLToPath(new URL('./start.fixture.js', import.meta.url));
  const child = spawn(process.execPath, [script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const exited = once(child, 'exit');
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  giveBackAfter(t, 'other process', () => kill('SIGTERM'));
  for await (const line of createInterface(child.stdout)) {
    const announced: unknown = JSON.parse(line);
    assert.ok(
      typeof announced === 'object' &&
        announced !== null &&
        'pid' in announced &&
        'url' in announced &&
        'folder' in announced,
    );
    return { pid: Number(announced.pid), url: String(announced.url), folder: String(announced.folder), kill };
  }
  assert.fail('the fixture ended without a server');
}

/** A cluster as it was made when there was one role, the superuser `millrace`; the caller stops it. */
async function startClusterOfBefore(dataDir: string): Promise<{ url: string; stop(): Promise<void> }> {
  const location = await chooseLocation(dataDir);
  const data = join(location.folder, 'data');
  const password = join(location.folder, 'password');
  mkdirSync(data);
  writeFileSync(password, 'before\n');
  const { account } = location;
  if (account) for (const path of [data, password]) chownSync(path, account.uid, account.gid);
  const initdb = join(location.binaries.folder, 'bin', 'initdb');
  const options = ['--username=millrace', `--pwfile=${password}`, '--auth=scram-sha-256', '--no-sync'];
  const { status, stderr } = runAs(account, initdb, [`--pgdata=${data}`, ...options]);
  assert.equal(status, 0, stderr);
  const port = await findFreePort();
  const settings = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '', ...testSettings };
  const server = await spawnServer(location, data, settings);
  const url = `postgresql://millrace:before@127.0.0.1:${port}`;
  await waitFor('the server answers', () => query(`${url}/postgres`, 'SELECT 1').catch(() => undefined));
  await query(`${url}/postgres`, 'CREATE DATABASE millrace');
  return { url: `${url}/millrace`, stop: () => server.stop(5000) };
}

test('the first start makes a database with UTF-8 and UTC, and data is there after a second start on the same port', async (t) => {
  const dataDir = dataFolder(t);
  const first = await start(t, dataDir);
  const facts = await query(
    first.url,
    `SELECT current_setting('server_encoding') AS encoding, current_setting('timezone') AS zone,
            current_setting('fsync') AS fsync, current_setting('wal_level') AS wal, current_database() AS database`,
  );
  assert.deepEqual(facts, [{ encoding: 'UTF8', zone: 'UTC', fsync: 'off', wal: 'minimal', database: 'millrace' }]);
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS n');
  await first.stop();
  await first.stop();
  assert.deepEqual(await first.exited, { code: 0, signal: null });

  const second = await start(t, dataDir);
  assert.equal(second.url, first.url);
  assert.deepEqual(await query(second.url, 'SELECT n FROM kept'), [{ n: 1 }]);
});

test('the password is asked for, and only the owner can read it', async (t) => {
  const server = await start(t, dataFolder(t));
  await assert.rejects(query(server.url.replace(/:[^:@/]+@/, ':wrong@'), 'SELECT 1'), /password authentication failed/);
  for (const name of ['password', 'url']) assert.equal(statSync(join(server.folder, name)).mode & 0o077, 0, name);
  assert.equal(statSync(server.folder).mode & 0o007, 0);
});

test('a server whose postmaster is killed with SIGKILL can be started again at once, with what was committed', async (t) => {
  const dataDir = dataFolder(t);
  const first = await start(t, dataDir);
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS n');
  const busy = query(first.url, 'SELECT count(*) FROM generate_series(1, 1e9)').catch(() => 'cut off');
  await query(first.url, 'SELECT 1');
  process.kill(first.pid, 'SIGKILL');
  assert.deepEqual(await first.exited, { code: null, signal: 'SIGKILL' });

  const second = await start(t, dataDir);
  assert.equal(await busy, 'cut off');
  assert.deepEqual(await query(second.url, 'SELECT n FROM kept'), [{ n: 1 }]);
});

test('our role owns its database and is no superuser, and a cluster of before is changed to that with all its data', async (t) => {
  const dataDir = dataFolder(t);
  const first = await start(t, dataDir);
  const role = `SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication AS more FROM pg_roles WHERE rolname = current_user`;
  assert.deepEqual(await query(first.url, role), [{ more: false }]);

  const before = dataFolder(t);
  const old = await startClusterOfBefore(before);
  await query(old.url, 'CREATE SCHEMA kept AUTHORIZATION millrace');
  await query(
    old.url,
    'CREATE TABLE kept.numbers (id int GENERATED ALWAYS AS IDENTITY, n int DEFAULT 1) PARTITION BY LIST (n)',
  );
  await query(old.url, 'CREATE TABLE kept.numbers_1 PARTITION OF kept.numbers FOR VALUES IN (1)');
  await query(old.url, "CREATE TYPE kept.state AS ENUM ('a')");
  await query(old.url, 'CREATE FUNCTION kept.two() RETURNS int LANGUAGE sql AS $$ SELECT 2 $$');
  await query(old.url, 'INSERT INTO kept.numbers DEFAULT VALUES');
  await old.stop();

  const now = await start(t, before);
  assert.deepEqual(await query(now.url, role), [{ more: false }]);
  assert.deepEqual(await query(now.url, 'INSERT INTO kept.numbers DEFAULT VALUES RETURNING id, kept.two()'), [
    { id: 2, two: 2 },
  ]);
  await query(now.url, "ALTER TYPE kept.state ADD VALUE 'b'");
  await query(now.url, 'CREATE TABLE kept.numbers_2 PARTITION OF kept.numbers FOR VALUES IN (2)');
  assert.deepEqual(await query(now.superuserUrl, 'SELECT count(*)::int AS n FROM pg_roles WHERE rolsuper'), [{ n: 1 }]);
});

test('a second Millrace on the same data folder says which process uses it', async (t) => {
  const dataDir = dataFolder(t);
  await start(t, dataDir);
  await assert.rejects(start(t, dataDir), (error: Error) => {
    assert.equal(error.name, 'SetupError');
    assert.match(error.message, new RegExp(`is in use by process ${process.pid} `));
    return true;
  });
});

test('a server left behind by a supervisor that was killed is stopped and started anew', async (t) => {
  const dataDir = dataFolder(t);
  const first = await startElsewhere(t, dataDir);
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS n');
  await first.kill('SIGKILL');
  assert.ok(isAlive(first.pid), 'PostgreSQL outlives its supervisor');

  const messages: string[] = [];
  const second = await start(t, dataDir, messages);
  assert.ok(!isAlive(first.pid));
  assert.match(messages.join('\n'), new RegExp(`stopping the PostgreSQL server ${first.pid}`));
  assert.deepEqual(await query(second.url, 'SELECT n FROM kept'), [{ n: 1 }]);
});

test('a cluster of another PostgreSQL version is refused in one line', async (t) => {
  const dataDir = dataFolder(t);
  const { folder, stop } = await start(t, dataDir);
  await stop();
  writeFileSync(join(folder, 'data', 'PG_VERSION'), '12\n');
  await assert.rejects(start(t, dataDir), /was made by PostgreSQL 12, but PostgreSQL \d+ is installed; dump it/);
});

test('a start that is given up leaves no server and no lock', async (t) => {
  const dataDir = dataFolder(t);
  const { stop } = await start(t, dataDir);
  await stop();
  const signal = AbortSignal.abort(new Error('stopped'));
  await assert.rejects(startEmbeddedPostgres({ dataDir, log: () => {}, settings: testSettings, signal }), /stopped/);
  await start(t, dataDir);
});

test('as root, with a data folder in a private home, the data goes where the other user can reach it', {
  skip: !isRoot && 'needs root',
}, async (t) => {
  const home = dataFolder(t, 0o700);
  const dataDir = join(home, 'data');
  mkdirSync(dataDir);
  giveBackAfter(t, 'linked data', () => rmSync(realpathSync(join(dataDir, 'postgres')), { recursive: true }));
  const server = await start(t, dataDir);
  assert.match(server.folder, /^\/var\/lib\/millrace\//);
  assert.equal(realpathSync(join(dataDir, 'postgres')), server.folder);
  assert.notEqual(statSync(join(server.folder, 'data')).uid, 0);
  assert.deepEqual(await query(server.url, 'SELECT 1 AS n'), [{ n: 1 }]);
});

test('as root, only the user that runs PostgreSQL may pass through the data folder', {
  skip: !isRoot && 'needs root',
}, async (t) => {
  const dataDir = dataFolder(t, 0o700);
  const first = await start(t, dataDir);
  assert.equal(first.folder, join(realpathSync(dataDir), 'postgres'));
  assert.equal(statSync(dataDir).mode & 0o777, 0o710);
  assert.equal(statSync(dataDir).gid, statSync(join(first.folder, 'data')).gid);
  await first.stop();
  // As it was made by versions that left the folder open.
  chmodSync(dataDir, 0o755);
  chownSync(dataDir, 0, 0);
  await start(t, dataDir);
  assert.equal(statSync(dataDir).mode & 0o777, 0o710);
});

test('as a plain user the server runs as that user, below the data folder', {
  skip: !isRoot && 'needs root',
}, async (t) => {
  const dataDir = dataFolder(t, 0o777);
  const server = await startElsewhere(t, dataDir, 65_534);
  assert.equal(server.folder, join(realpathSync(dataDir), 'postgres'));
  assert.equal(statSync(`/proc/${server.pid}`).uid, 65_534);
  await server.kill('SIGTERM');
  assert.ok(!isAlive(server.pid));
});
