import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { browserMissing, openBrowser } from '../helpers/browser.js';
import { waitFor } from '../helpers/wait.js';
import { type TestApi, withApi } from '../integration/api-fixture.js';

/** A browser at a console of its own. */
export interface Console {
  readonly page: Page;
  readonly api: TestApi;
  /** Where the console is: `http://127.0.0.1:PORT`. */
  readonly address: string;
  /** Goes to a page by its path and waits for its title. */
  open(path: string, title: string | RegExp): Promise<void>;
}

/**
 * Runs a test in a real browser at the console of an API of its own; without a browser the test is skipped. Whatever fails in
 * the page fails the test, too.
 */
export async function withConsole(
  t: TestContext,
  work: (console: Console) => Promise<void>,
  options: Parameters<typeof withApi>[1] = {},
): Promise<void> {
  await withApi(async (api) => withConsoleOf(t, api, work), options);
}

/** The same at the console of an API that is there, for example one with workers. */
export async function withConsoleOf(
  t: TestContext,
  api: TestApi,
  work: (console: Console) => Promise<void>,
): Promise<void> {
  const browser = await openBrowser();
  if (!browser) return t.skip(browserMissing);
  try {
    const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
    const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
    const faults = collectFaults(page);
    await work({
      page,
      api,
      address,
      async open(path, title) {
        await page.goto(address + path);
        await page.getByRole('heading', { level: 1, name: title }).waitFor();
      },
    });
    assert.deepEqual(faults, []);
    await page.close();
  } finally {
    await browser.close();
  }
}

/**
 * What fails in the page from now on: exceptions, what its policy forbids, and what else the browser complains of. Refused
 * requests are left out, since tests provoke them.
 */
export function collectFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text());
  });
  return faults;
}

const axeSource = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly help: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** Waits until an expression is true in the page. Playwright's own wait evaluates within the page, whose policy forbids that. */
export const waitUntil = (page: Page, expression: string): Promise<true> =>
  waitFor(expression, async () => ((await page.evaluate(expression)) === true ? true : undefined));

const wantedScheme = "matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'";

/** Fails unless axe finds nothing against WCAG 2.2 A and AA in the page as it is now. */
export async function assertAccessible(page: Page): Promise<void> {
  // A colour on its way to another one has neither's contrast. The console takes up the wanted scheme a moment later.
  await waitUntil(page, `[undefined, ${wantedScheme}].includes(document.documentElement.dataset.mantineColorScheme)`);
  await waitUntil(page, '!document.getAnimations().some((each) => each instanceof CSSTransition)');
  // Through the debugger, which the page's policy does not hold.
  await page.evaluate(axeSource);
  const results: AxeResults = await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
  );
  const found = results.violations.map(
    ({ id, impact, help, nodes }) =>
      `${impact} ${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary}`).join('\n')}`,
  );
  assert.deepEqual(found, [], `axe found faults in ${page.url()}`);
}
