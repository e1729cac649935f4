import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { lockTable, waitForStuckRun } from '../helpers/block.js';
import { startApp } from '../helpers/child.js';
import { makeDay } from '../helpers/days.js';
import { findFreePort } from '../helpers/free-port.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, waitForState } from '../helpers/ledger.js';
import { withPlatform } from '../helpers/platform.js';
import { waitFor } from '../helpers/wait.js';

/** A span as it came. */
interface Received {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly service: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

// biome-ignore lint/suspicious/noExplicitAny: OTLP in JSON, as the specification has it
type Otlp = any;

const valuesOf = (attributes: Otlp[] = []): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }: Otlp) => [key, Object.values(value)[0]]));

/** A receiver of OTLP over HTTP, in JSON. */
async function startReceiver(): Promise<{ url: string; spans: Received[]; headers: Set<string>; stop(): void }> {
  const spans: Received[] = [];
  const headers = new Set<string>();
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as Otlp;
    headers.add(`${request.url} ${request.headers['content-type']} ${request.headers['x-key']}`);
    for (const { resource, scopeSpans } of body.resourceSpans) {
      const service = String(valuesOf(resource.attributes)['service.name']);
      for (const { spans: each } of scopeSpans) {
        for (const { traceId, spanId, parentSpanId = '', name, attributes } of each) {
          spans.push({ traceId, spanId, parentSpanId, name, service, attributes: valuesOf(attributes) });
        }
      }
    }
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, spans, headers, stop: () => void server.close().closeAllConnections() };
}

/** The spans of a trace as a tree, by names: `a > b` for each, in order. */
function treeOf(spans: readonly Received[], traceId: string): string[] {
  const own = spans.filter((span) => span.traceId === traceId);
  const pathOf = (span: Received): string => {
    const above = own.find(({ spanId }) => spanId === span.parentSpanId);
    const attempt = span.attributes['millrace.attempt'];
    return `${above ? `${pathOf(above)} > ` : ''}${span.name}${attempt === undefined ? '' : ` ${attempt}`}`;
  };
  return own.map(pathOf).sort();
}

test('one trace leads from a request to the commits of all that it started, also when a worker is killed on the way', async (t) => {
  const receiver = await startReceiver();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b',
    OTEL_BSP_SCHEDULE_DELAY: '100',
  };
  try {
    await withPlatform(t, 'postgres', { env }, async (platform) => {
      const { inbox, pool, databaseUrl, start, crash } = platform;
      await start();
      const PORT = String(await findFreePort());
      const api = await startApp('api', 'api', {
        ...{ PATH: process.env['PATH'], HOME: process.env['HOME'], LOG_FORMAT: 'json' },
        ...{ DATABASE_URL: databaseUrl, INBOX_DIR: inbox.dir, DATA_DIR: `${inbox.dir}/../data`, PORT, ...env },
      });
      const url = `http://127.0.0.1:${PORT}/api`;
      const traceId = '0af7651916cd43dd8448eb211c80319c';
      const answer = await fetch(`${url}/tasks/task1/runs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-b7ad6b7169203331-01` },
        body: JSON.stringify({ input: { numbers: [1, 2], partSize: 1 } }),
      });
      const run = (await answer.json()) as { id: string; traceId: string };
      assert.equal(run.traceId, traceId);
      const request = 'POST /api/tasks/task1/runs';
      const record = `${request} > record task1`;
      const expected = [
        request,
        record,
        `${record} > attempt task1 1`,
        `${record} > attempt task1 1 > attempt task2 1`,
        `${record} > attempt task1 1 > attempt task2 1`,
        `${record} > attempt task1 1 > attempt task2 1 > commit`,
        `${record} > attempt task1 1 > attempt task2 1 > commit`,
        `${record} > attempt task1 2`,
        `${record} > attempt task1 2 > commit`,
        `${request} > send task1`,
      ].sort();
      const { spans } = receiver;
      await waitFor(
        'the trace is whole',
        async () => (treeOf(spans, traceId).length >= expected.length ? true : undefined),
        {
          show: async () => treeOf(spans, traceId).join('\n'),
        },
      );
      assert.deepEqual(treeOf(spans, traceId), expected);
      const first = spans.find((span) => span.traceId === traceId && span.name === request);
      assert.equal(first?.parentSpanId, 'b7ad6b7169203331', 'the trace of the client goes on');
      assert.deepEqual(new Set(spans.map(({ service }) => service)), new Set(['millrace-api', 'millrace-worker']));
      assert.deepEqual([...receiver.headers], ['/v1/traces application/json a b']);

      // A load that the watcher starts is a trace of its own; its second attempt, by another process, belongs to it.
      await makeDay(pool, '2023-01-01');
      const lock = await lockTable(databaseUrl, 'dwh.data_sample_20230101');
      await inbox.write('a.parquet', sampleParquet(0));
      await waitForStuckRun(pool);
      await crash('worker-1');
      await lock.release();
      await waitForState(pool, 'a.parquet', 'loaded');
      const loadTrace = await waitFor('the load has its commit', async () =>
        spans.find(({ name, traceId: id }) => name === 'commit' && id !== traceId),
      );
      const load = 'dispatch data-sample';
      assert.deepEqual(treeOf(spans, loadTrace.traceId), [
        load,
        `${load} > attempt load-data-sample 2`,
        `${load} > attempt load-data-sample 2 > commit`,
      ]);
      const page = (await (await fetch(`${url}/runs?task=load-data-sample`)).json()) as {
        items: { traceId: string }[];
      };
      assert.equal(page.items[0]?.traceId, loadTrace.traceId);

      // A receiver that is gone harms nothing, and each process says so once.
      receiver.stop();
      for (let n = 0; n < 3; n += 1) {
        await fetch(`${url}/tasks/task2/runs`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ input: { numbers: [n] } }),
        });
      }
      await waitFor('the runs have ended', async () =>
        (await count(
          pool,
          `SELECT count(*) FROM ops.run WHERE task = 'task2' AND parent_id IS NULL AND state = 'succeeded'`,
        )) === 3
          ? true
          : undefined,
      );
      const said = (): string[] => api.lines().filter((line) => line.includes('spans cannot be sent'));
      await waitFor('the API says that nobody takes its spans', async () => (said().length > 0 ? true : undefined));
      await fetch(`${url}/runs`);
      api.signal('SIGTERM');
      assert.equal((await api.exited).code, 0);
      assert.equal(said().length, 1, said().join('\n'));
    });
  } finally {
    receiver.stop();
  }
});
