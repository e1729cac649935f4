import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import pg from 'pg';
import { appSettings, commonSettings } from '#config/app-settings.js';
import { loadConfig } from '#config/config.js';
import { listSettings, variableName } from '#config/setting-list.js';
import { roleKeys } from '#database/roles/roles.js';
import { findFreePort } from '../helpers/free-port.js';
import { testServerUrl } from '../helpers/postgres.js';
import { redisMissing } from '../helpers/redis.js';
import { type OurService, readCompose, substitute } from './compose.js';
import { projectDir, readProjectFile } from './project.js';

const compose = readCompose(readProjectFile('docker-compose.yaml'));
const services: readonly (readonly [string, OurService])[] = [
  ...Object.entries(compose.ours),
  ['postgres', compose.postgres],
  ['valkey', compose.valkey],
];
/** What a person has to give. */
const given = { POSTGRES_PASSWORD: 'a1b2c3d4e5f6a7b8', VALKEY_PASSWORD: 'c3d4e5f6', API_TOKEN: 'f'.repeat(48) };

const environmentOf = (service: OurService, variables: Record<string, string> = given): Record<string, string> =>
  Object.fromEntries(Object.entries(service.environment).map(([key, value]) => [key, substitute(value, variables)]));

/** Where the volumes of a service are mounted. */
const targetsOf = ({ volumes }: OurService): string[] =>
  volumes.map((volume) => /:(\/[^:]*)(:ro)?$/.exec(volume)?.[1] ?? volume);

const milliseconds = (seconds: string | undefined): number => Number(/^(\d+)s$/.exec(seconds ?? '')?.[1]) * 1000;

test('the services are migrate, api, watcher and worker, made of one image', () => {
  assert.deepEqual(Object.keys(compose.ours).sort(), ['api', 'migrate', 'watcher', 'worker']);
  assert.equal(new Set(Object.values(compose.ours).map((service) => service.image)).size, 1);
});

test('a service is given no variable but the settings of its app', () => {
  for (const [name, service] of Object.entries(compose.ours)) {
    const app = name === 'api' || name === 'watcher' || name === 'worker' ? name : 'migrate';
    const settings = new Set<string>([...commonSettings, ...appSettings[app]].map(variableName));
    const more = Object.keys(service.environment).filter((variable) => !settings.has(variable));
    assert.deepEqual(more, [], `${name}: not in packages/config/app-settings.ts`);
  }
});

for (const [name, service] of Object.entries(compose.ours)) {
  test(`the settings of ${name} are valid and name one database, carrier and inbox for all`, () => {
    const config = loadConfig(environmentOf(service), '/app');
    assert.equal(config.databaseUrl, `postgresql://millrace:${given.POSTGRES_PASSWORD}@postgres:5432/millrace`);
    assert.equal(config.redisUrl, `redis://:${given.VALKEY_PASSWORD}@valkey:6379/0`);
    const folders = Object.entries({
      INBOX_DIR: [config.inboxDir],
      DATA_DIR: [config.dataDir],
      FOOTAGE_DIR: [config.footageDir],
      LAKE_DIR: [config.lakeDir],
      TASKS_DIR: config.tasksDir,
    })
      .filter(([variable]) => service.environment[variable] !== undefined)
      .flatMap(([, paths]) => paths);
    assert.deepEqual(targetsOf(service).sort(), folders.sort(), 'each of its folders is a volume');
  });

  test(`${name} is given more time to stop than it takes for itself`, () => {
    const { stopTimeoutMs } = loadConfig(environmentOf(service), '/app');
    const grace = milliseconds(service.stop_grace_period);
    assert.ok(grace >= stopTimeoutMs + 5_000, `${grace} ms of grace, STOP_TIMEOUT_MS is ${stopTimeoutMs}`);
  });

  test(`the command of ${name} is an entry that the build makes`, () => {
    const entry = service.command.find((part) => part.endsWith('.js'));
    assert.match(entry ?? '', /^dist\//);
    const source = String(entry)
      .replace(/^dist\//, '')
      .replace(/\.js$/, '.ts');
    assert.ok(existsSync(join(projectDir, source)), `${source} is not there`);
  });
}

test('the api listens for other machines, and only with a token', () => {
  const { api } = compose.ours;
  assert.ok(api);
  assert.equal(loadConfig(environmentOf(api), '/app').host, '0.0.0.0');
  assert.throws(() => substitute(api.environment['API_TOKEN'] ?? '', {}), /API_TOKEN/);
});

test('passwords have to be given, and no secret stands in the file or in a command', () => {
  for (const service of [...Object.values(compose.ours), compose.postgres]) {
    assert.throws(() => environmentOf(service, { ...given, POSTGRES_PASSWORD: '' }), /POSTGRES_PASSWORD/);
  }
  for (const service of [...Object.values(compose.ours), compose.valkey]) {
    assert.throws(() => environmentOf(service, { ...given, VALKEY_PASSWORD: '' }), /VALKEY_PASSWORD/);
  }
  for (const [name, service] of services) {
    for (const secret of Object.values(given)) assert.ok(!service.command.join(' ').includes(secret), name);
    assert.doesNotMatch(service.command.join(' '), /\$\{/, `${name}: a command is seen by all processes`);
  }
});

test('nothing that uses the database starts before it is migrated', () => {
  for (const name of ['api', 'watcher', 'worker']) {
    assert.equal(compose.ours[name]?.depends_on['migrate']?.condition, 'service_completed_successfully', name);
  }
  assert.equal(compose.ours['migrate']?.depends_on['postgres']?.condition, 'service_healthy');
});

test('workers can be multiplied: no fixed name and no port', () => {
  const worker = compose.ours['worker'];
  assert.equal(worker?.container_name, undefined);
  assert.equal(worker?.ports, undefined);
});

for (const [name, service] of services) {
  test(`${name} has no more rights and resources than it needs`, () => {
    assert.deepEqual(service.cap_drop, ['ALL']);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true']);
    for (const mount of service.tmpfs) assert.match(mount, /:size=\d+m,mode=1777,noexec,nosuid,nodev$/);
    assert.match(service.mem_limit, /^\d+g$/);
    assert.ok(service.pids_limit > 0);
    assert.deepEqual(Object.keys(service.logging.options).sort(), ['max-file', 'max-size']);
    // The Dockerfile says it of ours.
    if (service.build === undefined) assert.match(service.user ?? 'root', /^(postgres|valkey)$/);
  });
}

test('only the API can write to the inbox', () => {
  const inboxes = services.map(([name, { volumes }]) => {
    const found = volumes.map((volume) => substitute(volume, {})).filter((volume) => volume.includes(':/inbox'));
    return [name, found] as const;
  });
  assert.deepEqual(Object.fromEntries(inboxes), {
    api: ['inbox:/inbox'],
    watcher: ['inbox:/inbox:ro'],
    worker: ['inbox:/inbox:ro'],
    migrate: [],
    postgres: [],
    valkey: [],
  });
});

test('tasks of the user lie where they can import from millrace, and no process can change them', () => {
  for (const [name, { volumes, environment }] of Object.entries(compose.ours)) {
    assert.ok(volumes.map((volume) => substitute(volume, {})).includes('tasks:/app/tasks:ro'), name);
    assert.equal(environment['TASKS_DIR'], '/app/tasks', name);
  }
  assert.match(readProjectFile('Dockerfile'), /^WORKDIR \/app$/m);
});

test('database and carrier are on networks of their own, without a way out', () => {
  assert.deepEqual(compose.postgres.networks, ['database']);
  assert.deepEqual(compose.valkey.networks, ['carrier']);
  for (const name of ['database', 'carrier']) assert.equal(compose.networks.get(name)?.internal, true, name);
  for (const [name, { networks, ports }] of services) {
    const outside = networks.filter((network) => compose.networks.get(network)?.internal === false);
    // A port is published on such a network only; workers load the face model once.
    assert.equal(outside.length > 0, ports !== undefined || name === 'worker', name);
  }
});

test('images name a version, and can be given by digest', () => {
  for (const { image } of [compose.postgres, compose.valkey]) {
    assert.match(substitute(image, {}), /:\d+\.\d+$/);
    const pinned = `registry.example/image@sha256:${'0'.repeat(64)}`;
    assert.equal(substitute(image, { POSTGRES_IMAGE: pinned, VALKEY_IMAGE: pinned }), pinned);
  }
  assert.match(readProjectFile('Dockerfile'), /^ARG NODE_IMAGE=node:24\.\d+-\S+$/m);
  assert.doesNotMatch(readProjectFile('Dockerfile'), /^FROM (?!\$\{NODE_IMAGE\})/m);
});

test('the carrier’s own command asks for the password, keeps its jobs over a restart and evicts none', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-compose-'));
  const port = await findFreePort();
  const [shell = '', option = '', script = ''] = compose.valkey.command;
  const here = script
    .replaceAll('$$', '$')
    .replace('valkey-server', 'redis-server')
    .replace('dir /data', `dir ${folder}\nport ${port}\nbind 127.0.0.1`);
  const server = spawn(shell, [option, here], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], VALKEY_PASSWORD: given.VALKEY_PASSWORD },
  });
  const exited = once(server, 'exit');
  // It may take a moment to listen: the first question waits for that.
  const retry = { maxRetriesPerRequest: null, retryStrategy: () => 50 };
  const redis = new Redis({ port, password: given.VALKEY_PASSWORD, ...retry });
  redis.on('error', () => {});
  t.after(async () => {
    redis.disconnect();
    server.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true });
  });
  const ended = exited.then(([code]: unknown[]) => code);
  const state = await Promise.race([redis.ping(), ended]);
  if (state === 127 && process.env['REQUIRE_REDIS'] !== '1') return t.skip(redisMissing);
  assert.equal(state, 'PONG');
  assert.deepEqual(await redis.config('GET', 'appendonly'), ['appendonly', 'yes']);
  assert.deepEqual(await redis.config('GET', 'maxmemory-policy'), ['maxmemory-policy', 'noeviction']);
  const stranger = new Redis({ port, retryStrategy: () => null });
  stranger.on('error', () => {});
  await assert.rejects(stranger.get('anything'), /NOAUTH/);
  stranger.disconnect();
});

test('the database’s set-up makes a role that owns its database and is no superuser, which cannot log in any more', async () => {
  const sql = readProjectFile('deploy/postgres/10-millrace-role.sql');
  const mount = compose.postgres.volumes.find((volume) => volume.includes('docker-entrypoint-initdb.d'));
  assert.equal(mount, './deploy/postgres:/docker-entrypoint-initdb.d:ro');
  const client = new pg.Client({ connectionString: await testServerUrl() });
  await client.connect();
  // psql's own commands apart, it is done as it stands and undone again; the names are those of a server that may be there.
  const statements = sql
    .replace(/^\\.*$/gm, '')
    .replaceAll(":'password'", client.escapeLiteral(given.POSTGRES_PASSWORD))
    .replaceAll(/\bmillrace\b/g, 'millrace_compose')
    .replaceAll(/\bpostgres\b/g, 'postgres_compose');
  try {
    await client.query('CREATE DATABASE millrace_compose');
    await client.query('BEGIN');
    await client.query(`CREATE ROLE postgres_compose SUPERUSER LOGIN PASSWORD 'x'`);
    await client.query(statements);
    const { rows } = await client.query(
      `SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolpassword IS NULL AS locked,
              rolname = (SELECT datdba::regrole::text FROM pg_database WHERE datname = 'millrace_compose') AS owner
       FROM pg_authid WHERE rolname ~ '_compose$' ORDER BY 1`,
    );
    const plain = { rolsuper: false, rolcreaterole: false, rolcreatedb: false, locked: false, owner: true };
    const locked = { rolsuper: true, rolcreaterole: false, rolcreatedb: false, locked: true, owner: false };
    assert.deepEqual(rows, [
      { rolname: 'millrace_compose', ...plain },
      { rolname: 'postgres_compose', ...locked },
    ]);
  } finally {
    await client.query('ROLLBACK');
    await client.query('DROP DATABASE millrace_compose');
    await client.end();
  }
});

test('the database’s set-up makes the other roles, with the passwords that are given', () => {
  const variables = roleKeys.map((key) => `${key.toUpperCase()}_PASSWORD`);
  const settings = new Set(listSettings().map(({ variable }) => variable));
  const script = readProjectFile('deploy/postgres/20-millrace-roles.sql');
  for (const variable of variables) {
    assert.ok(settings.has(variable), variable);
    assert.equal(environmentOf(compose.postgres)[variable], '', `${variable} may be left out`);
    assert.equal(environmentOf(compose.postgres, { ...given, [variable]: 'x' })[variable], 'x');
    assert.match(script, new RegExp(`^\\\\getenv \\w+ ${variable}$`, 'm'));
  }
});

test('the database trades no durability for speed', () => {
  const command = compose.postgres.command.join(' ');
  assert.doesNotMatch(command, /fsync|synchronous_commit|full_page_writes/);
});

test('the image is built of files that are there, runs without root and has what the entries read', () => {
  const dockerfile = readProjectFile('Dockerfile');
  const copies = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
    ([, sources]) => sources?.split(' ') ?? [],
  );
  assert.ok(copies.length > 5);
  const ignored = readProjectFile('.dockerignore');
  for (const source of copies) {
    assert.ok(existsSync(join(projectDir, source)), `COPY ${source}: not there`);
    // A folder is sent with all that is in it.
    const sent = source.split('/').map((_, index, parts) => `!${parts.slice(0, index + 1).join('/')}`);
    assert.ok(
      ignored.split('\n').some((line) => sent.includes(line)),
      `${source} is not sent to the builder`,
    );
  }
  const runtime = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  assert.match(runtime, /^USER node$/m);
  // The subpath imports, the migrations that readiness and migrate.js look at, and the models' descriptions.
  for (const needed of ['dist', 'node_modules', 'package.json', 'prisma', 'packages/faces/models']) {
    assert.match(runtime, new RegExp(`^COPY .*\\b${needed.replaceAll('.', '\\.')} `, 'm'), `${needed} is missing`);
  }
});
