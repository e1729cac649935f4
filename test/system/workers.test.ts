import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lockTable, waitForStuckRun } from '../helpers/block.js';
import { makeDay } from '../helpers/days.js';
import { findFreePort } from '../helpers/free-port.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count } from '../helpers/ledger.js';
import { createPlatform, type ProcessName, runPlatform } from '../helpers/platform.js';
import { waitFor } from '../helpers/wait.js';
import { type Answer, withApi } from '../integration/api-fixture.js';

const names = ['watcher', 'watcher-2', 'worker-1', 'worker-2'] as const satisfies ProcessName[];

/** How a process answers; `silent` when it does not. */
async function ask(port: number, path: string): Promise<{ status: number | 'silent'; body: Answer['body'] }> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2_000) });
    return { status: response.status, body: await response.json() };
  } catch {
    return { status: 'silent', body: undefined };
  }
}

test('workers say how they are and what they run, and a container platform can ask each process for its health', () =>
  withApi(async (api) => {
    const ports = new Map<ProcessName, number>();
    for (const name of names) ports.set(name, await findFreePort());
    const portOf = (name: ProcessName): number => ports.get(name) ?? 0;
    const databaseUrl = String(api.pool.options.connectionString);
    const envOf = (name: ProcessName) => ({ HEALTH_PORT: String(portOf(name)) });
    await runPlatform(await createPlatform({ databaseUrl, workers: 2, envOf }), async (platform) => {
      const { start, inbox, pool, process: find, end } = platform;
      await makeDay(pool, '2023-01-01');
      const lock = await lockTable(databaseUrl, 'dwh.data_sample_20230101');
      await inbox.write('a.parquet', sampleParquet(0));
      await start();
      await start('watcher-2');
      const stuck = await waitForStuckRun(pool);

      for (const name of names) assert.deepEqual((await ask(portOf(name), '/livez')).body, { status: 'ok' }, name);
      assert.deepEqual((await ask(portOf('watcher'), '/readyz')).body, { status: 'ready', role: 'leads' });
      assert.deepEqual((await ask(portOf('watcher-2'), '/readyz')).body, { status: 'ready', role: 'follows' });
      assert.equal((await ask(portOf('watcher'), '/metrics')).status, 404);
      assert.equal(
        (await fetch(`http://127.0.0.1:${portOf('watcher')}/livez`, { method: 'POST' })).status,
        404,
        'nothing can be done here',
      );

      const workers = async (query = ''): Promise<Answer['body'][]> => {
        const { status, body } = await api.ask(`/api/workers${query}`);
        assert.equal(status, 200, JSON.stringify(body));
        return body.items;
      };
      const busy = await waitFor('a beat has come since it runs', async () =>
        (await workers()).find(({ runs, loopDelayMs }) => runs.length === 1 && loopDelayMs !== null),
      );
      const held = (name: ProcessName) => find(name).pid === busy.pid;
      const [busyName, idleName]: [ProcessName, ProcessName] = held('worker-1')
        ? ['worker-1', 'worker-2']
        : ['worker-2', 'worker-1'];
      assert.deepEqual(
        [busy.runs[0].id, busy.runs[0].task, busy.runs[0].attempt, busy.state],
        [stuck.run, 'load-data-sample', 1, 'living'],
      );
      assert.equal(busy.version, '0.1.0');
      assert.ok(busy.slots.loads >= 1, JSON.stringify(busy.slots));
      assert.ok(busy.rss > busy.heap && busy.heap > 2 ** 20 && busy.cpu >= 0 && busy.loopDelayMs >= 0);
      assert.ok(Date.parse(busy.runs[0].since) >= Date.parse(busy.startedAt));
      assert.deepEqual((await api.ask(`/api/workers/${busy.id}`)).body.pid, find(busyName).pid);
      assert.deepEqual((await ask(portOf(busyName), '/readyz')).body, { status: 'ready', worker: busy.id, running: 1 });

      find(idleName).signal('SIGSTOP');
      assert.equal((await ask(portOf(idleName), '/livez')).status, 'silent');
      const silent = await waitFor('a stopped worker is silent', async () => (await workers('?state=silent'))[0]);
      assert.equal(silent.pid, find(idleName).pid);
      find(idleName).signal('SIGCONT');
      await waitFor('it lives again', async () => (await workers('?state=living')).find(({ id }) => id === silent.id));

      await end(busyName, 'SIGKILL');
      const taker = await waitFor('the other worker has the run', async () =>
        (await workers()).find(({ id, runs }) => id === silent.id && runs[0]?.attempt === 2),
      );
      assert.equal(taker.runs[0].id, stuck.run);
      const lost = await waitFor('the killed worker is lost', async () => (await workers('?state=lost'))[0]);
      assert.deepEqual([lost.id, lost.runs], [busy.id, []]);
      await lock.release();
      await waitFor('the run has ended', async () =>
        (await count(pool, `SELECT count(*) FROM ops.run WHERE state = 'succeeded'`)) === 1 ? true : undefined,
      );
      const changes = (await api.ask(`/api/runs/${stuck.run}/changes`)).body.items;
      assert.deepEqual(
        changes.map(({ cause, actor }: { cause: string; actor: string }) => [cause, actor]),
        [
          ['recorded', 'watcher'],
          ['begun', `worker:${busy.id}`],
          ['lost', `worker:${silent.id}`],
          ['returned', `worker:${silent.id}`],
        ],
      );

      const asked = await api.ask('/api/tasks/task1/runs', {
        method: 'POST',
        headers: { 'x-request-id': 'order-66' },
        body: { input: { numbers: [1, 2] } },
      });
      const flow = asked.body.id;
      await waitFor('the flow has ended', async () =>
        (await api.ask(`/api/runs/${flow}`)).body.state === 'succeeded' ? true : undefined,
      );
      const runs = (await api.ask(`/api/runs?rootId=${flow}`)).body.items;
      assert.deepEqual(
        runs.map(({ task, requestId }: Answer['body']) => [task, requestId]),
        [
          ['task2', 'order-66'],
          ['task1', 'order-66'],
        ],
        'the runs that a request leads to name it',
      );
      const [first] = (await api.ask(`/api/runs/${flow}/logs`)).body.items;
      assert.deepEqual(first.fields, { requestId: 'order-66' });
      const said = find(idleName)
        .lines()
        .map((line) => JSON.parse(line));
      assert.ok(said.some(({ run, requestId }) => run === flow && requestId === 'order-66'));

      await end(idleName, 'SIGTERM');
      assert.deepEqual((await workers('?state=stopped'))[0].id, silent.id);
      await end('watcher', 'SIGKILL');
      await waitFor('the other watcher leads', async () =>
        (await ask(portOf('watcher-2'), '/readyz')).body?.role === 'leads' ? true : undefined,
      );
      const tried = async (id: string): Promise<unknown[]> =>
        (await api.ask(`/api/workers/${id}/attempts?limit=100`)).body.items.map(
          ({ runId, number, state }: Answer['body']) => [runId, number, state],
        );
      assert.deepEqual(await tried(busy.id), [[stuck.run, 1, 'lost']]);
      assert.deepEqual((await tried(silent.id)).at(-1), [stuck.run, 2, 'succeeded']);
      assert.equal((await api.ask('/api/workers/nobody')).status, 404);
      assert.equal((await api.ask('/api/workers?state=gone')).status, 422);
    });
  }));
