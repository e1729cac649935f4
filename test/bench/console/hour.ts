import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, CDPSession } from 'playwright-core';

/** Seconds of an hour, of the page's clock. */
const seconds = 3_600;
/** After so many of them the requests that they caused are waited for. */
const stride = 2;

/** A stream that says once a second of the page's clock that runs and files have changed. */
const steadyPulse = `
  globalThis.EventSource = class extends EventTarget {
    static CLOSED = 2;
    readyState = 1;
    constructor() {
      super();
      setTimeout(() => this.dispatchEvent(new MessageEvent('ready', { data: '{}' })), 0);
      setInterval(() => this.dispatchEvent(new MessageEvent('pulse', { data: '{"runs":40,"files":40}' })), 1000);
    }
    close() {}
  };
`;

/** What the page of runs holds before and after an hour of changes. */
export async function measureHour(browser: Browser, address: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  let requests = 0;
  let open = 0;
  page.on('request', () => {
    requests += 1;
    open += 1;
  });
  const ended = (): void => {
    open -= 1;
  };
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  await page.clock.install();
  await page.addInitScript(steadyPulse);
  await page.goto(`${address}/runs`);
  await page.clock.runFor(5_000);
  await page.locator('main table tbody tr td').first().waitFor();
  const client = await page.context().newCDPSession(page);
  const before = await readHeap(client);
  const asked = requests;
  for (let second = 0; second < seconds; second += stride) {
    await page.clock.runFor(stride * 1_000);
    while (open > 0) await pause(1);
  }
  const after = await readHeap(client);
  console.log(
    `an hour at /runs: ${requests - asked} requests; heap ${before.heap} → ${after.heap} MB, ` +
      `${before.nodes} → ${after.nodes} nodes, ${before.listeners} → ${after.listeners} listeners`,
  );
  await page.close();
}

/** After rubbish was collected. */
async function readHeap(client: CDPSession): Promise<{ heap: string; nodes: number; listeners: number }> {
  await client.send('HeapProfiler.collectGarbage');
  await client.send('HeapProfiler.collectGarbage');
  const { usedSize } = await client.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await client.send('Memory.getDOMCounters');
  return { heap: (usedSize / 1e6).toFixed(1), nodes, listeners: jsEventListeners };
}
