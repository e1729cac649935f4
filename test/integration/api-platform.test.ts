import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeSupervisorState } from '#process/supervisor-state.js';
import { readVersion } from '#process/version.js';
import { buildApp } from '../../apps/api/app.js';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { waitFor } from '../helpers/wait.js';
import { withApi } from './api-fixture.js';

const since = '2026-11-22T20:00:00.000Z';
const processOf = (name: string, pid: number) => ({
  ...({ name, state: 'running', since, pid, identity: 'its start', restarts: 1 } as const),
  lastExit: { reason: 'SIGKILL', at: since },
});

test('the platform says what it runs on, how its queues are, who looks after its processes, and what is missing', () =>
  withApi(async (api) => {
    const queue = api.carrier.queue('exports');
    await queue.pause();
    await queue.setGlobalConcurrency(3);
    await queue.setGlobalRateLimit(10, 60_000);
    const body = await waitFor('the pause is seen', async () => {
      const answer = await api.ask('/api/platform');
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      // A look that was under way before may have seen the limit alone.
      return JSON.stringify(answer.body.faults).includes('paused: exports; rate-limited') ? answer.body : undefined;
    });
    const { host, startedAt, ...own } = body.process;
    assert.deepEqual(own, { version: readVersion(), pid: process.pid, node: process.version });
    assert.ok(host !== '' && Date.parse(startedAt) <= Date.now());
    assert.match(body.database.version, /^\d+/);
    assert.equal(body.database.embedded, false);
    assert.deepEqual([body.carrier.kind, body.carrier.actions, body.supervisor], ['postgres', false, null]);
    const found = body.carrier.queues.find(({ name }: { name: string }) => name === 'exports');
    assert.deepEqual([found.paused, found.concurrency], [true, 3]);
    assert.deepEqual(found.rateLimit, { max: 10, durationMs: 60_000 });
    assert.equal(found.jobs.waiting, 0);
    const other = body.carrier.queues.find(({ name }: { name: string }) => name === 'loads');
    assert.deepEqual([other.paused, other.concurrency, other.rateLimit], [false, null, null]);
    const checks = body.faults.map(({ check }: { check: string }) => check);
    assert.deepEqual(checks, ['watcher', 'workers', 'queues']);
    assert.deepEqual(body.faults, (await api.ask('/readyz')).body.reasons);

    const state = { pid: 1, startedAt: since };
    writeSupervisorState(api.dataDir, { ...state, processes: [processOf('postgres', 7), processOf('api', 8)] });
    const again = await buildApp(api.deps);
    assert.equal((await again.inject('/api/platform')).json().supervisor, null, 'it is of other processes');
    await again.close();
    writeSupervisorState(api.dataDir, {
      ...state,
      processes: [processOf('postgres', 7), processOf('api', process.pid)],
    });
    const after = await waitFor('it is read anew', async () => {
      const answer = (await api.ask('/api/platform')).body;
      return answer.supervisor === null ? undefined : answer;
    });
    assert.equal(after.database.embedded, true);
    const { identity, ...shown } = processOf('postgres', 7);
    assert.deepEqual(after.supervisor.processes[0], shown);
    assert.deepEqual([after.supervisor.pid, after.supervisor.startedAt], [1, since]);
    const examples = readCurlExamples('docs/monitoring.md').filter(({ path }) => path === '/platform');
    assert.equal(examples.length, 1);
  }));

test('a carrier that is away leaves the rest of the platform to be seen', () =>
  withApi(async (api) => {
    const away = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.9'));
    const asked = ['isPaused', 'getGlobalConcurrency', 'getGlobalRateLimit', 'getRateLimitTtl', 'getJobCounts'];
    const lost = Object.fromEntries(asked.map((name) => [name, away]));
    const carrier = new Proxy(api.carrier, {
      get: (target, name) => (name === 'queue' ? () => lost : name === 'ping' ? away : Reflect.get(target, name)),
    });
    const app = await buildApp({ ...api.deps, carrier });
    const body = (await app.inject('/api/platform')).json();
    assert.equal(body.carrier.queues, null);
    assert.equal(body.carrier.kind, 'postgres');
    assert.match(body.database.version, /^\d+/);
    assert.ok(
      body.faults.some(
        ({ check, reason }: { check: string; reason: string }) =>
          check === 'carrier' && /cannot be reached/.test(reason),
      ),
    );
    assert.doesNotMatch(JSON.stringify(body), /10\.0\.0\.9/);
    await app.close();
  }));
