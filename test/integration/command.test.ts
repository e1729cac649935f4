import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { withEmptyDatabase, withTestDatabase } from '../helpers/database.js';
import { redisMissing, startRedis } from '../helpers/redis.js';

const entry = fileURLToPath(new URL('../../apps/cli/main.js', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty working directory, in which the command is run with these settings and no others. */
function workingFolder(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-command-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const millrace = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    new Promise((resolve) => {
      const options = { cwd: folder, env: { PATH: process.env['PATH'] ?? '', ...env } };
      const child = execFile(process.execPath, [entry, ...args], options, (_error, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
  return { folder, millrace };
}

interface Finding {
  readonly check: string;
  readonly state: string;
  readonly message: string;
}
const findingsOf = ({ stdout }: Ended): Finding[] => JSON.parse(stdout) as Finding[];
const find = (ended: Ended, check: string): Finding | undefined =>
  findingsOf(ended).find((each) => each.check === check);

test('help and version are shown for every command', async (t) => {
  const { millrace } = workingFolder(t);
  assert.match((await millrace(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
  for (const command of [
    'start',
    'migrate',
    'roles',
    'worker',
    'watcher',
    'api',
    'tasks',
    'run',
    'samples',
    'doctor',
  ]) {
    const { code, stdout, stderr } = await millrace([command, '--help']);
    assert.deepEqual([code, stderr], [0, ''], command);
    assert.match(stdout, new RegExp(`^Usage: millrace ${command} `), command);
  }
});

test('a wrong command line ends with 2 and the usage on standard error', async (t) => {
  const { millrace, folder } = workingFolder(t);
  const cases: readonly [args: string[], expected: RegExp][] = [
    [[], /Usage: millrace /],
    [['nonsense'], /unknown command 'nonsense'[\s\S]*Usage: millrace /],
    [['start', '--fast'], /unknown option '--fast'[\s\S]*Usage: millrace start/],
    [['tasks', 'more'], /too many arguments[\s\S]*Usage: millrace tasks/],
    [['run'], /missing required argument 'task'[\s\S]*Usage: millrace run/],
    [['run', 'detect-faces', '--delay', 'soon'], /Expected a whole number of milliseconds[\s\S]*Usage: millrace run/],
    [['run', 'nobody'], /^millrace: expected the name of a task, got "nobody"; there are .*detect-faces/],
    [['run', 'detect-faces', '--input', '{'], /^millrace: --input: expected JSON, got: /],
    [
      ['run', 'detect-faces', '--input', '@none.json'],
      /^millrace: --input: expected JSON in the file none\.json, got: ENOENT/,
    ],
    [['samples', '--out', folder], /^samples: nothing to write: expected --images/],
    [['samples', '--json', '1'], /required option '--out <folder>'[\s\S]*Usage: millrace samples/],
  ];
  for (const [args, expected] of cases) {
    const { code, stdout, stderr } = await millrace(args);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, expected, args.join(' '));
  }
});

test('settings and folders of tasks that are wrong end with 78 and one line each', async (t) => {
  const { millrace, folder } = workingFolder(t);
  writeFileSync(join(folder, '.env'), 'PORT=none\n');
  const wrong = await millrace(['start']);
  assert.deepEqual(
    [wrong.code, wrong.stderr],
    [78, 'supervisor: PORT: expected a whole number from 1 to 65535, got "none"\n'],
  );
  for (const args of [['tasks'], ['start'], ['migrate'], ['worker'], ['watcher'], ['api']]) {
    const address = 'postgresql://nobody@127.0.0.1:1/none';
    const { code, stderr } = await millrace(args, { PORT: '', DATABASE_URL: address, TASKS_DIR: './none' });
    assert.equal(code, 78, args[0]);
    assert.match(
      stderr,
      /^\S+: (TASKS_DIR: expected a folder that can be read, got \S+none \(ENOENT|the database)/m,
      args[0],
    );
  }
});

test('migrate makes everything in an empty database, with the tables of datasets from outside', async (t) => {
  const { millrace, folder } = workingFolder(t);
  mkdirSync(join(folder, 'tasks/load-hive'), { recursive: true });
  writeFileSync(
    join(folder, 'tasks/load-hive/definition.js'),
    `import { defineDatasetTask, manySmallFiles } from '${import.meta.resolve('millrace')}';
     export const definition = defineDatasetTask({ name: 'load-hive', description: 'd', format: 'json',
       source: { name: 'hive', description: 's', matches: () => false, batch: manySmallFiles },
       dataset: { table: 'bees.hive', description: 't', columns: [{ name: 'a', type: 'text' }], replace: 'file' } });`,
  );
  await withEmptyDatabase(async (url, pool) => {
    const env = { DATABASE_URL: url, TASKS_DIR: 'tasks' };
    const first = await millrace(['migrate'], env);
    assert.equal(first.code, 0, first.stderr);
    assert.match(first.stdout, /made the table bees\.hive[\s\S]*migrations applied/);
    assert.match((await millrace(['migrate'], env)).stdout, /no migrations to apply/);
    await pool.query('SELECT a, file_id FROM bees.hive');
  });
});

test('run records a run and its job; the same key gives the same run', async (t) => {
  const { millrace, folder } = workingFolder(t);
  await withTestDatabase(async ({ url, pool }) => {
    writeFileSync(join(folder, 'input.json'), '{"source":"data-sample","day":"2023-01-01"}');
    const args = [
      'run',
      'reload-day',
      '--input',
      '@input.json',
      '--no-wait',
      '--idempotency-key',
      'k',
      '--delay',
      '5000',
    ];
    const first = await millrace(args, { DATABASE_URL: url });
    assert.equal(first.code, 0, first.stderr);
    const second = await millrace(args, { DATABASE_URL: url });
    assert.equal(second.stdout, first.stdout);
    assert.match(second.stderr, /was recorded before, with the same key/);
    const { rows } = await pool.query('SELECT id, state, input, delay_ms::int AS delay FROM ops.run');
    const input = { source: 'data-sample', day: '2023-01-01' };
    assert.deepEqual(rows, [{ id: first.stdout.trim(), state: 'delayed', input, delay: 5000 }]);
  });
});

test('doctor names what is broken and what to do, and ends with 1', async (t) => {
  const { millrace, folder } = workingFolder(t);
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  mkdirSync(join(folder, 'data'));
  chmodSync(join(folder, 'data'), 0o755);
  writeFileSync(join(folder, 'file'), '');
  const broken = await millrace(['doctor', '--json'], {
    PORT: String((server.address() as AddressInfo).port),
    DATABASE_URL: 'postgresql://a:hunter2@127.0.0.1:1/b',
    REDIS_URL: 'redis://:hunter2@127.0.0.1:1/0',
    INBOX_DIR: join(folder, 'file'),
    DATA_DIR: join(folder, 'data'),
    TASKS_DIR: join(folder, 'none'),
    FACE_MODEL: 'none',
  });
  assert.equal(broken.code, 1);
  assert.doesNotMatch(broken.stdout, /hunter2/);
  const expected: Readonly<Record<string, [state: string, message: RegExp]>> = {
    node: ['ok', /^Node \d/],
    settings: ['ok', /valid/],
    tasks: ['failure', /^TASKS_DIR: expected a folder that can be read/],
    inbox: ['failure', /^INBOX_DIR: user \S+ cannot read \S+ \(it is no folder\); give/],
    data: ['warning', /has mode 755, so other users can read it; .*chmod 700/],
    port: ['failure', /^PORT: expected a free port, got \d+ on 127\.0\.0\.1, which is in use; stop the program/],
    'face model': ['failure', /^FACE_MODEL: expected the name of a built-in model/],
    carrier: ['failure', /^REDIS_URL: the Redis at 127\.0\.0\.1:1\/0 does not answer/],
    database: ['failure', /^the database 127\.0\.0\.1:1\/b does not answer/],
  };
  for (const [check, [state, message]] of Object.entries(expected)) {
    const finding = find(broken, check);
    assert.equal(finding?.state, state, `${check}: ${finding?.message}`);
    assert.match(finding.message, message);
  }
  const unset = await millrace(['doctor'], { PORT: 'none' });
  assert.equal(unset.code, 1);
  assert.match(unset.stdout, /^failure {2}settings {4}PORT: expected a whole number/m);
});

test('doctor warns of a database without migrations or processes, and of a carrier that evicts jobs', async (t) => {
  const { millrace } = workingFolder(t);
  const redis = await startRedis();
  if (!redis) return t.skip(redisMissing);
  t.after(() => redis.stop());
  const client = new Redis(redis.url);
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  client.disconnect();
  await withEmptyDatabase(async (url) => {
    const bare = await millrace(['doctor', '--json'], { DATABASE_URL: url, REDIS_URL: redis.url });
    assert.equal(bare.code, 0, bare.stdout);
    assert.equal(find(bare, 'database')?.state, 'ok');
    assert.match(find(bare, 'migrations')?.message ?? '', /^not applied yet: .*_init.*; run: millrace migrate/);
    assert.deepEqual([find(bare, 'carrier')?.state, find(bare, 'watcher')], ['warning', undefined]);
    assert.match(find(bare, 'carrier')?.message ?? '', /maxmemory-policy allkeys-lru .* set it to noeviction/);
  });
  await withTestDatabase(async ({ url }) => {
    const idle = await millrace(['doctor', '--json'], { DATABASE_URL: url, RECONCILE_INTERVAL_MS: '500' });
    assert.equal(idle.code, 0, idle.stdout);
    assert.match(find(idle, 'watcher')?.message ?? '', /^gives no sign of life, so new files are not seen/);
    assert.match(find(idle, 'workers')?.message ?? '', /^none gives signs of life, so runs wait/);
  });
});
