import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { objectsDetectionExample } from '#samples/examples.js';
import { buildApp } from '../../apps/api/app.js';
import { lockTable, waitForStuckRun } from '../helpers/block.js';
import { makeDay } from '../helpers/days.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, waitForState, waitUntilQuiet } from '../helpers/ledger.js';
import { createPlatform, type Platform, runPlatform } from '../helpers/platform.js';
import { hasPrometheus, prometheusMissing, startPrometheus, type TestPrometheus } from '../helpers/prometheus.js';
import { waitFor } from '../helpers/wait.js';
import { type Answer, type TestApi, withApi } from '../integration/api-fixture.js';
import { readProjectFile } from '../structure/project.js';

const apiToken = 'a-token-of-some-length';
const bearer = { authorization: `Bearer ${apiToken}` };

/** Runs and files of known numbers, among them a run whose worker is killed. */
async function makeLoad(api: TestApi, platform: Platform): Promise<void> {
  const { inbox, pool, databaseUrl } = platform;
  const ask = (url: string, body: unknown): Promise<Answer> => api.ask(url, { method: 'POST', headers: bearer, body });
  await makeDay(pool, '2023-01-01');
  const lock = await lockTable(databaseUrl, 'dwh.data_sample_20230101');
  await inbox.write('a/1.parquet', sampleParquet(0));
  await inbox.write('a/2.parquet', sampleParquet(1));
  await platform.start();
  await waitForStuckRun(pool);
  await platform.crash('worker-1');
  await lock.release();
  await waitForState(pool, 'a/2.parquet', 'loaded');
  await inbox.write('copy.parquet', sampleParquet(1));
  await inbox.write('bad.parquet', 'no parquet');
  await inbox.write('objects_detection.json', JSON.stringify(objectsDetectionExample.document));
  await waitUntilQuiet(pool, 5);
  for (let n = 0; n < 3; n += 1) await ask('/api/tasks/task1/runs', { input: { numbers: [n] } });
  const later = { input: { numbers: [1] }, delayMs: 3_600_000 };
  await ask('/api/tasks/task2/runs', later);
  const cancelled = await ask('/api/tasks/task2/runs', later);
  await ask(`/api/runs/${cancelled.body.id}/cancel`, null);
  await waitFor('the flows have ended', async () =>
    (await count(pool, `SELECT count(*) FROM ops.run WHERE task = 'task1' AND state = 'succeeded'`)) === 3
      ? true
      : undefined,
  );
}

/** What Prometheus is to say after `makeLoad`, and what the tables say of the same. */
const expected: readonly (readonly [query: string, value: number, sql: string])[] = [
  [
    'millrace_loaded_files_total{source="data-sample"}',
    2,
    `SELECT count(*) FROM ops.file WHERE state = 'loaded' AND source = 'data-sample'`,
  ],
  ['millrace_loaded_rows_total{source="data-sample"}', 50, 'SELECT count(*) FROM dwh.data_sample'],
  ['millrace_loaded_rows_total{source="objects-detection"}', 6, 'SELECT count(*) FROM fleet.objects_detection'],
  ['sum(millrace_files)', 5, 'SELECT count(*) FROM ops.file'],
  [
    'millrace_files{state="quarantined",source="data-sample"}',
    1,
    `SELECT count(*) FROM ops.file WHERE state = 'quarantined'`,
  ],
  [
    'millrace_files{state="duplicate",source="data-sample"}',
    1,
    `SELECT count(*) FROM ops.file WHERE state = 'duplicate'`,
  ],
  [
    'millrace_files_quarantined_total{source="data-sample"}',
    1,
    `SELECT count(*) FROM ops.file WHERE state = 'quarantined'`,
  ],
  ['millrace_runs_ended_total{task="task1",state="succeeded"}', 3, `SELECT count(*) FROM ops.run WHERE task = 'task1'`],
  [
    'millrace_runs_ended_total{task="task2",state="succeeded"}',
    3,
    `SELECT count(*) FROM ops.run WHERE task = 'task2' AND state = 'succeeded'`,
  ],
  [
    'millrace_runs_ended_total{task="task2",state="cancelled"}',
    1,
    `SELECT count(*) FROM ops.run WHERE state = 'cancelled'`,
  ],
  [
    'millrace_runs_ended_total{task="task1",state="failed"}',
    0,
    `SELECT count(*) FROM ops.run WHERE task = 'task1' AND state = 'failed'`,
  ],
  ['millrace_runs{task="task2",state="delayed"}', 1, `SELECT count(*) FROM ops.run WHERE state = 'delayed'`],
  ['sum(millrace_runs)', 1, 'SELECT count(*) FROM ops.run WHERE ended_at IS NULL'],
  ['sum(millrace_queue_runs)', 1, 'SELECT count(*) FROM ops.run WHERE ended_at IS NULL'],
  ['millrace_attempts_lost_total{task="load-data-sample"}', 1, `SELECT count(*) FROM ops.attempt WHERE state = 'lost'`],
  [
    'millrace_attempts_total{task="task1"}',
    6,
    `SELECT count(*) FROM ops.attempt a JOIN ops.run r ON r.id = a.run_id WHERE task = 'task1'`,
  ],
  [
    'millrace_run_waiting_seconds_count{task="task2"}',
    3,
    `SELECT count(*) FROM ops.run WHERE task = 'task2' AND attempt = 1`,
  ],
  [
    'millrace_run_running_seconds_bucket{task="task2",le="+Inf"}',
    3,
    `SELECT count(*) FROM ops.run WHERE task = 'task2' AND attempt = 1`,
  ],
  ['millrace_workers{state="living"}', 1, 'SELECT 1'],
  ['millrace_record_up', 1, 'SELECT 1'],
];

async function assertFigures(prometheus: TestPrometheus, { pool }: Platform): Promise<void> {
  const off = async (): Promise<unknown[]> => {
    const found = await Promise.all(
      expected.map(async ([query, value]) => [query, value, (await prometheus.query(query))[0]?.value] as const),
    );
    return found.filter(([, value, given]) => value !== given);
  };
  await waitFor('Prometheus has the figures', async () => ((await off()).length === 0 ? true : undefined), {
    show: async () => JSON.stringify(await off()),
  });
  for (const [query, value, sql] of expected) assert.equal(await count(pool, sql), value, query);
  const [sum] = await prometheus.query('millrace_run_running_seconds_sum{task="load-data-sample"}');
  assert.ok((sum?.value ?? 0) > 0);
}

const queriesOfDashboard = (): string[] => {
  const { panels } = JSON.parse(readProjectFile('deploy/grafana/millrace.json'));
  return panels.flatMap(({ targets = [] }: { targets?: { expr: string }[] }) =>
    targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '30s')),
  );
};

test('Prometheus scrapes the platform: its queries give the figures of the tables, and those of the dashboard find series', (t) => {
  if (!hasPrometheus()) return t.skip(prometheusMissing);
  return withApi(
    async (api) => {
      const folder = await mkdtemp(join(tmpdir(), 'millrace-test-token-'));
      await api.app.listen({ host: '127.0.0.1', port: 0 });
      const tokenFile = join(folder, 'token');
      await writeFile(tokenFile, apiToken);
      const config = readProjectFile('deploy/prometheus.yml')
        .replace('127.0.0.1:3000', new URL(api.app.listeningOrigin).host)
        .replace(/# (authorization: \{ credentials_file: )\S+/, `$1${tokenFile}`);
      const rules = readProjectFile('deploy/prometheus-rules.yml');
      const prometheus = await startPrometheus(config, rules);
      try {
        await runPlatform(await createPlatform({ databaseUrl: api.url }), async (platform) => {
          await makeLoad(api, platform);
          assert.equal((await api.ask('/api/files/999', { headers: bearer })).status, 404);
          await assertFigures(prometheus, platform);

          const queries = queriesOfDashboard();
          assert.ok(queries.length > 30);
          const empty = async (): Promise<string[]> => {
            const found = await Promise.all(queries.map((query) => prometheus.query(query)));
            return queries.filter((_query, index) => found[index]?.length === 0);
          };
          await waitFor(
            'each query of the dashboard finds series',
            async () => ((await empty()).length === 0 ? true : undefined),
            { show: async () => (await empty()).join('\n') },
          );
          const used = new Set(`${queries.join()} ${rules}`.match(/\bmillrace_\w+/g));
          for (const name of used) assert.ok((await prometheus.query(name)).length > 0, name);
          const names = await prometheus.query(
            'group by (__name__) ({job="millrace",__name__!~"up|scrape_.*|ALERTS.*"})',
          );
          for (const { metric } of names) assert.match(String(metric['__name__']), /^millrace_/);
          await waitFor('each rule is evaluated', async () =>
            (await prometheus.rules()).every(({ health }) => health === 'ok') ? true : undefined,
          );

          // Another process says the same, and a counter does not go back when old runs are deleted.
          await platform.pool.query(`DELETE FROM ops.run WHERE task = 'task1'`);
          const other = await buildApp(api.deps);
          const text = (await other.inject({ url: '/metrics', headers: bearer })).body;
          await other.close();
          assert.match(text, /^millrace_runs_ended_total\{task="task1",state="succeeded"\} 3$/m);
          assert.match(text, /^millrace_run_running_seconds_count\{task="task2"\} 3$/m);
        });
      } finally {
        await prometheus.stop();
        await rm(folder, { recursive: true });
      }
    },
    { apiToken },
  );
});

test('metrics need the token, and without the database there are those of the process', () =>
  withApi(
    async (api) => {
      const refused = await api.app.inject('/metrics');
      assert.equal(refused.statusCode, 401);
      const ask = () => api.app.inject({ url: '/metrics', headers: bearer });
      const [{ statusCode, headers, body }, again] = await Promise.all([ask(), ask()]);
      const read = /^millrace_record_read_seconds .*$/m;
      assert.deepEqual(read.exec(again.body)?.[0], read.exec(body)?.[0], 'scrapes share what was read');
      assert.equal(statusCode, 200);
      assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
      assert.match(body, /^millrace_record_up 1$/m);
      assert.match(body, /^millrace_loaded_rows_total\{source="images"\} 0$/m);
      assert.match(
        body,
        /^millrace_http_request_duration_seconds_count\{method="GET",route="\/metrics",status="401"\} 1$/m,
      );
      const broken = {
        query: () => Promise.reject(new Error('away')),
        connect: () => Promise.reject(new Error('away')),
      };
      const app = await buildApp({
        ...api.deps,
        pool: new Proxy(api.pool, { get: (pool, key) => Reflect.get(key in broken ? broken : pool, key) }),
      });
      const without = (await app.inject({ url: '/metrics', headers: bearer })).body;
      await app.close();
      assert.match(without, /^millrace_record_up 0$/m);
      assert.doesNotMatch(without, /^millrace_runs/m);
      assert.match(without, /^millrace_database_pool_connections\{state="idle"\} /m);
    },
    { apiToken },
  ));
