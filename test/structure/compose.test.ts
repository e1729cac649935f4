import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '#config/config.js';
import { listSettings } from '#config/settings.js';
import { type OurService, readCompose, substitute } from './compose.js';
import { projectDir, readProjectFile } from './project.js';

const compose = readCompose(readProjectFile('docker-compose.yaml'));
/** What a person has to give. */
const given = { POSTGRES_PASSWORD: 'a1b2c3d4e5f6a7b8', API_TOKEN: 'f'.repeat(48) };

const environmentOf = (service: OurService, variables: Record<string, string> = given): Record<string, string> =>
  Object.fromEntries(Object.entries(service.environment).map(([key, value]) => [key, substitute(value, variables)]));

const milliseconds = (seconds: string | undefined): number => Number(/^(\d+)s$/.exec(seconds ?? '')?.[1]) * 1000;

test('the services are migrate, api, watcher and worker, made of one image', () => {
  assert.deepEqual(Object.keys(compose.ours).sort(), ['api', 'migrate', 'watcher', 'worker']);
  assert.equal(new Set(Object.values(compose.ours).map((service) => service.image)).size, 1);
});

test('each variable that a service is given is a setting', () => {
  const known = new Set(listSettings().map(({ variable }) => variable));
  for (const [name, service] of Object.entries(compose.ours)) {
    const unknown = Object.keys(service.environment).filter((variable) => !known.has(variable));
    assert.deepEqual(unknown, [], `${name}: not in packages/config/settings.ts`);
  }
});

for (const [name, service] of Object.entries(compose.ours)) {
  test(`the settings of ${name} are valid and name one database, carrier and inbox for all`, () => {
    const config = loadConfig(environmentOf(service), '/app');
    assert.equal(config.databaseUrl, `postgresql://millrace:${given.POSTGRES_PASSWORD}@postgres:5432/millrace`);
    assert.equal(config.redisUrl, 'redis://valkey:6379/0');
    assert.deepEqual([config.inboxDir, config.dataDir], ['/inbox', '/data']);
    const targets = service.volumes.map((volume) => volume.slice(volume.lastIndexOf(':') + 1));
    assert.deepEqual(targets.sort(), ['/data', '/inbox'], 'both folders are volumes');
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

test('a password for the database has to be given, and no secret stands in the file', () => {
  for (const service of [...Object.values(compose.ours), compose.postgres]) {
    assert.throws(() => environmentOf(service, { API_TOKEN: given.API_TOKEN }), /POSTGRES_PASSWORD/);
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

test('the carrier keeps its jobs over a restart and evicts none', () => {
  const command = compose.valkey.command.join(' ');
  assert.match(command, /--appendonly yes\b/);
  assert.match(command, /--maxmemory-policy noeviction\b/);
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
