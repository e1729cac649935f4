import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian puts it; CHROMIUM names another. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** What a test says when it is skipped because there is no browser. */
export const browserMissing = `no browser at ${executablePath}: skipped (CI=true makes this an error; CHROMIUM names another)`;

/**
 * A headless browser that speaks to nobody but the pages under test.
 * @returns undefined when the machine has none
 * @throws Error when the machine has none and CI=true
 */
export async function openBrowser(): Promise<Browser | undefined> {
  if (!existsSync(executablePath)) {
    if (process.env['CI'] === 'true') throw new Error(browserMissing);
    return undefined;
  }
  return await chromium.launch({
    executablePath,
    args: [
      // Chromium's sandbox refuses root; the pages are our own.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
