/**
 * How long hostile requests hold up the event loop of the API.
 *
 *   node dist/test/bench/hostile-requests.js [--slowest 10]
 *
 * Method. The real API answers in this process, on a database and an inbox of its own; a thread of this process sends
 * it, one after the other over one connection, the requests that test/integration/api-hostile-*.test.ts send: hostile
 * bodies, addresses and headers for every route of the OpenAPI document and every task, each at most 1 MB. Meanwhile
 * Node's own histogram (perf_hooks.monitorEventLoopDelay, looked at each millisecond) notes the longest time for which
 * the event loop did nothing else. A figure above 200 ms fails. Compare figures of one machine and hour, with nothing
 * else running.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { hostileAddresses, hostileBodies, hostileInputs } from '../helpers/hostile-requests.js';
import { withApi } from '../integration/api-fixture.js';

const maxMs = 200;

if (isMainThread) await main();
else await sendAll(String(workerData));

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { slowest: { type: 'string', default: '10' } } });
  await withApi(async ({ app }) => {
    await app.listen({ host: '127.0.0.1', port: 0 });
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const seen: { label: string; ms: number }[] = [];
    const client = new Worker(new URL(import.meta.url), { workerData: app.listeningOrigin });
    await new Promise<void>((resolve, reject) => {
      client.on('message', (label: string) => {
        delay.disable();
        seen.push({ label, ms: delay.max / 1e6 });
        delay.reset();
        delay.enable();
        client.postMessage('next');
      });
      client.once('error', reject);
      client.once('exit', () => resolve());
    });
    // The first is what was noted before any request.
    const slowest = seen.slice(1).sort((a, b) => b.ms - a.ms);
    process.stdout.write(`${slowest.length} requests; the longest times of the event loop:\n`);
    for (const { label, ms } of slowest.slice(0, Number(values.slowest))) {
      process.stdout.write(`${ms.toFixed(0).padStart(6)} ms  ${label.slice(0, 150)}\n`);
    }
    if ((slowest[0]?.ms ?? 0) > maxMs) process.exitCode = 1;
  });
}

/** Says what was answered, and waits until that is noted. */
async function said(label: string): Promise<void> {
  const next = new Promise<void>((resolve) => parentPort?.once('message', () => resolve()));
  parentPort?.postMessage(label);
  await next;
}

async function sendAll(origin: string): Promise<void> {
  const read = async (path: string) => JSON.parse(await (await fetch(`${origin}${path}`)).text());
  const document = await read('/api/openapi.json');
  const { items } = await read('/api/tasks');
  await said('before');
  for (const { label, method, url, headers, body, isEndless } of [
    ...hostileAddresses(document),
    ...hostileBodies(document, items),
    ...hostileInputs(items),
  ]) {
    const response = await fetch(`${origin}${url}`, { method, headers, ...(body === undefined ? {} : { body }) }).catch(
      () => undefined,
    );
    if (isEndless === true && response?.ok === true) await response.body?.cancel();
    else await response?.arrayBuffer().catch(() => undefined);
    await said(label);
  }
  parentPort?.close();
}
