import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'playwright-core';

/** Lighthouse's slow mobile connection and processor (its `mobileSlow4G`, and a slowdown of 4). */
const slow = { latency: 150, kbits: 1_638.4, cpu: 4 };

/** Collects what Lighthouse reports of a page while it loads. */
const collect = `
  globalThis.vitals = { fcp: 0, lcp: 0, cls: 0, tbt: 0 };
  const on = (type, add) =>
    new PerformanceObserver((list) => list.getEntries().forEach(add)).observe({ type, buffered: true });
  on('paint', ({ name, startTime }) => name === 'first-contentful-paint' && (vitals.fcp = startTime));
  on('largest-contentful-paint', ({ startTime }) => (vitals.lcp = startTime));
  on('layout-shift', ({ value, hadRecentInput }) => hadRecentInput || (vitals.cls += value));
  on('longtask', ({ duration }) => (vitals.tbt += duration - 50));
`;

/** How soon a page is there over a slow connection: first and largest paint, shifts of its layout, time that it is blocked. */
export async function measureVitals(browser: Browser, address: string, paths: readonly string[]): Promise<void> {
  console.log('page | slow connection | first paint, ms | largest paint, ms | blocked, ms | layout shift');
  for (const path of paths) {
    for (const isSlow of [false, true]) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      const page = await context.newPage();
      const client = await context.newCDPSession(page);
      await client.send('Network.enable');
      if (isSlow) {
        const throughput = (slow.kbits * 1_000) / 8;
        await client.send('Network.emulateNetworkConditions', {
          offline: false,
          latency: slow.latency,
          downloadThroughput: throughput,
          uploadThroughput: throughput,
        });
        await client.send('Emulation.setCPUThrottlingRate', { rate: slow.cpu });
      }
      await page.addInitScript(collect);
      await page.goto(address + path);
      await pause(isSlow ? 12_000 : 4_000);
      const { fcp, lcp, tbt, cls }: Record<'fcp' | 'lcp' | 'tbt' | 'cls', number> = await page.evaluate('vitals');
      const figures = [fcp.toFixed(0), lcp.toFixed(0), tbt.toFixed(0), cls.toFixed(3)].join(' | ');
      console.log(`${path} | ${isSlow ? 'yes' : 'no'} | ${figures}`);
      await context.close();
    }
  }
}
