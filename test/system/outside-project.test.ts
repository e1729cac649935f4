import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parquetWriteBuffer } from 'hyparquet-writer';
import pg from 'pg';
import { readSupervisorState } from '#process/supervisor-state.js';
import { findFreePort } from '../helpers/free-port.js';
import { compiler, type OutsideProject, openOutsideProject, readSource, said } from '../helpers/outside-project.js';
import { waitFor } from '../helpers/wait.js';

/** Two measurements of a station, 11.5 and 12.5 degrees. */
const measurements = (station: string): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'station', data: [station, station], type: 'STRING' },
        {
          name: 'time',
          data: ['2026-05-01T06:00:00Z', '2026-05-01T07:00:00Z'].map((at) => new Date(at)),
          type: 'TIMESTAMP',
        },
        { name: 'celsius', data: [11.5, 12.5], type: 'DOUBLE' },
      ],
    }),
  );

const tsconfig = JSON.stringify({
  compilerOptions: {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    types: ['node'],
  },
  include: ['tasks', '*.ts'],
});

/** The README's tasks, one of them in plain JavaScript, and its test. */
async function writeProject(project: OutsideProject, port: number): Promise<void> {
  const example = (path: string): Promise<string> => readSource(`test/structure/examples/${path}.ts`);
  await project.write('tasks/load-weather/definition.js', await example('load-weather/definition'));
  for (const task of ['summarise-weather', 'load-hive-weights']) {
    for (const part of ['definition', 'body']) {
      await project.write(`tasks/${task}/${part}.ts`, await example(`${task}/${part}`));
    }
  }
  await project.write('weather.test.ts', await example('weather-test'));
  await project.write('fixtures/weather_1.parquet', measurements('north'));
  await project.write('tsconfig.json', tsconfig);
  const settings = { TASKS_DIR: './tasks', PORT: port, WORKERS: 1, SETTLE_MS: 300, FACE_MODEL: 'blazeface-256' };
  await project.write(
    '.env',
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
}

test('an empty project with the tarball and the README’s tasks type-checks, tests, starts and loads', {
  timeout: 400_000,
}, async (t) => {
  const project = await openOutsideProject();
  let stop = (): Promise<unknown> => Promise.resolve();
  t.after(async () => {
    await stop();
    await project.remove();
  });
  const { size, unpackedSize, entryCount } = project.tarball;
  t.diagnostic(`tarball: ${size} bytes packed, ${unpackedSize} unpacked, ${entryCount} files`);
  const installed = await readdir(join(project.folder, 'node_modules', 'millrace'), { recursive: true });
  assert.deepEqual(
    installed.filter((path) => /\.(test|fixture)\.|\.map$|\/testing\/.*(jpeg|png)/.test(path)),
    [],
  );

  const port = await findFreePort();
  await writeProject(project, port);
  const succeeds = async (program: string, ...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await project.run(program, args);
    assert.equal(code, 0, `${program} ${args.join(' ')}\n${stdout}\n${stderr}`);
    return stdout;
  };
  await project.write('wrong.ts', "import { BadInputError } from 'millrace';\nnew BadInputError(7, 'no');\n");
  const wrongTypes = await project.run(process.execPath, [compiler, '-p', '.', '--noEmit']);
  assert.match(
    wrongTypes.stdout,
    /^wrong\.ts\(2,19\): error TS2345: [^\n]*\n$/,
    'declarations are there, and this is the only fault',
  );
  await rm(join(project.folder, 'wrong.ts'));
  await succeeds(process.execPath, compiler, '-p', '.', '--noEmit', '--allowJs', '--checkJs');
  await succeeds(process.execPath, compiler, '-p', '.');
  t.diagnostic(await succeeds(process.execPath, '--test', 'weather.test.js'));

  const listed: unknown = JSON.parse((await project.millrace('tasks', '--json')).stdout);
  assert.ok(Array.isArray(listed));
  assert.deepEqual(
    listed.find(({ name }) => name === 'load-weather'),
    {
      name: 'load-weather',
      source: 'weather',
      table: 'dwh.weather',
      description: 'Loads what weather stations measured from parquet into dwh.weather.',
    },
  );

  const written = await project.millrace('samples', '--out', './samples', '--json', '2');
  assert.deepEqual([written.code, written.stderr], [0, '']);
  assert.equal((await readdir(join(project.folder, 'samples', 'json'))).length, 2);

  const early = await project.millrace('run', 'summarise-weather', '--input', '{"station":"north"}');
  assert.deepEqual([early.code, early.stdout], [78, '']);
  assert.match(early.stderr, /^millrace: there is no database yet: start Millrace here first/);

  const child = project.start('start');
  // npm's own end comes first; the pipes close when the last process that writes to them has ended.
  const ended = once(child, 'close');
  stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    if (await Promise.race([ended, sleep(60_000, false, { ref: false })])) return;
    process.kill(readSupervisorState(join(project.folder, '.millrace'))?.pid ?? 0, 'SIGKILL');
    throw new Error('it did not stop within 60 s');
  };
  const start = await said(child, /Millrace is ready|"msg":"ready"/);
  assert.match(start, new RegExp(join(project.folder, 'inbox')));

  await project.write('inbox/weather_1.parquet', measurements('north'));
  await project.write('inbox/weather_2.parquet', measurements('south'));
  await project.write('inbox/weather_3.parquet', measurements('east').subarray(0, 200));
  const url = (await readFile(join(project.folder, '.millrace', 'postgres', 'url'), 'utf8')).trim();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await waitFor('three files are at rest', async () => {
    const { rows } = await client.query<{ state: string }>('SELECT state FROM ops.file ORDER BY path');
    const states = rows.map(({ state }) => state).join();
    return states === 'loaded,loaded,quarantined' ? true : undefined;
  });
  const { rows } = await client.query('SELECT station, count(*)::int AS rows FROM dwh.weather GROUP BY 1 ORDER BY 1');
  await client.end();
  assert.deepEqual(rows, [
    { station: 'north', rows: 2 },
    { station: 'south', rows: 2 },
  ]);

  const ask = async (path: string): Promise<{ items: { name?: string; path?: string; reason?: string }[] }> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/${path}`);
    return (await response.json()) as { items: [] };
  };
  const names = (await ask('tasks')).items.map(({ name }) => name);
  for (const name of ['load-weather', 'summarise-weather', 'load-hive-weights', 'detect-faces'])
    assert.ok(names.includes(name));
  const [bad] = (await ask('files?state=quarantined')).items;
  assert.equal(bad?.path, 'weather_3.parquet');
  assert.doesNotMatch(bad?.reason ?? '', new RegExp(project.folder));

  const summary = await project.millrace('run', 'summarise-weather', '--input', '{"station":"north"}');
  assert.equal(summary.code, 0, summary.stderr);
  assert.deepEqual(JSON.parse(summary.stdout), { measurements: 2, celsius: 12 });
  assert.match(summary.stderr, /^info {2}looked at the measurements of north$/m);
  assert.match(summary.stderr, /^succeeded$/m);
  const wrong = await project.millrace('run', 'summarise-weather', '--input', '{"station":7}');
  assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
  assert.match(wrong.stderr, /--input: the input does not fit the task's schema: \/station must be string/);
  const failed = await project.millrace('run', 'reload-day', '--input', '{"source":"nobody","day":"2026-05-01"}');
  assert.deepEqual([failed.code, failed.stdout], [1, '']);
  assert.match(
    failed.stderr,
    /the run failed: expected a source whose rows belong to days, got "nobody"; there are .*weather/,
  );

  const doctor = await project.millrace('doctor');
  t.diagnostic(doctor.stdout);
  assert.equal(doctor.code, 0, doctor.stdout);
  for (const check of [
    'node',
    'settings',
    'tasks',
    'inbox',
    'data',
    'port',
    'face model',
    'carrier',
    'database',
    'migrations',
    'watcher',
    'workers',
  ]) {
    assert.match(doctor.stdout, new RegExp(`^ok +${check} `, 'm'), check);
  }
  assert.match(doctor.stdout, /^ok +node +Node [\d.]+, expected \^20\.19\.0 /m);

  await stop();
  const left = readSupervisorState(join(project.folder, '.millrace'))?.processes ?? [];
  assert.deepEqual(
    left.map(({ name, state }) => [name, state]),
    ['postgres', 'worker-1', 'api', 'watcher'].map((name) => [name, 'stopped']),
  );
  assert.equal((await project.millrace('doctor')).code, 0, 'what is not started is no failure');
});
