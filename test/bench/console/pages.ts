import type { Browser, Page } from 'playwright-core';
import { shares } from './shares.js';

/** The first row of the page's table. */
const row = 'main table tbody tr td';

/** Pages by their paths, with what shows that they are there, and a filter of the address that narrows the list. */
const pages: readonly { readonly path: string; readonly ready: string; readonly filtered?: string }[] = [
  { path: '/', ready: 'main section' },
  { path: '/runs', ready: row, filtered: '/runs?state=failed' },
  { path: '/runs?task=task-09&state=failed', ready: row },
  { path: '/runs?text=columns', ready: row },
  { path: '/files', ready: row, filtered: '/files?source=data-sample' },
  { path: '/tasks', ready: 'main h1' },
  { path: '/schedules', ready: 'main h1' },
  { path: '/workers', ready: 'main h1' },
  { path: '/datasets', ready: 'main h1' },
  { path: '/quarantine', ready: 'main h1' },
];

/** What pages weigh, and how soon they show what was asked for. */
export async function measurePages(browser: Browser, address: string, calls: number): Promise<void> {
  console.log('page | bytes | ms to its content: fastest | p50 | p95 | slowest');
  for (const { path, ready, filtered } of pages) {
    const times: number[] = [];
    const later: number[] = [];
    let bytes = 0;
    for (let call = 0; call < calls; call++) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      const page = await context.newPage();
      const received = await countBytes(page);
      const begin = performance.now();
      await page.goto(address + path, { waitUntil: 'commit' });
      await page.locator(ready).first().waitFor();
      times.push(performance.now() - begin);
      bytes = received();
      if (filtered !== undefined) later.push(await go(page, filtered, ready));
      await context.close();
    }
    console.log(`${path} | ${bytes} | ${shares(times)}`);
    if (later.length > 0) console.log(`  then ${filtered} |  | ${shares(later)}`);
  }
}

/** Goes to another address as a link within the console does, without loading the page anew. */
async function go(page: Page, path: string, ready: string): Promise<number> {
  const answered = page.waitForResponse((response) => response.url().includes('/api/') && response.url().includes('?'));
  const begin = performance.now();
  await page.evaluate(
    `history.pushState({}, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`,
  );
  await answered;
  await page.locator(ready).first().waitFor();
  return performance.now() - begin;
}

/** Bytes over the wire of files of the console, as the browser counts them; answers of the API apart. */
async function countBytes(page: Page): Promise<() => number> {
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  const own = new Set<string>();
  let bytes = 0;
  client.on('Network.responseReceived', ({ requestId, response }) => {
    if (!response.url.includes('/api/')) own.add(requestId);
  });
  client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (own.has(requestId)) bytes += encodedDataLength;
  });
  return () => bytes;
}
