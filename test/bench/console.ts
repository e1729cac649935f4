/**
 * What the web console costs over a long history: its own bytes, how soon its tables are there, what a page holds after an hour of
 * changes, and what 50 open pages ask of the server:
 *
 *   node dist/test/bench/console.js [--runs 1000000] [--calls 5] [--consoles 50] [--seconds 60] [--server URL [--filled]]
 *
 * Method. An embedded server with the product's settings is filled by SQL (test/helpers/many-runs.ts, as bench:history; of 10 million
 * runs 3 million have a file, of which the list of files shows the newest). A real API and a real worker run on it, and headless Chromium
 * opens the pages, each `--calls` times in a context of its own, so that nothing is in a cache. Printed are the bytes over the wire (the browser's count,
 * compressed), the milliseconds from the click to the first row of the table, and to the rows after a filter was set.
 *
 * How soon three pages are painted is measured as Lighthouse does, over the machine's own connection and over a slow one.
 *
 * An hour of changes: the page of runs is open, its clock is the test's own (playwright's clock) and its stream one of the test's, which says
 * once a second of that clock that something has changed; so it reads its lists 3,600 times and more, from the real API. Before and after,
 * rubbish is collected and the size of the heap and the number of nodes are read. (The page does not know that it is not an hour; what Chromium
 * keeps by time outside the page is not seen by this.)
 *
 * Open consoles: each is a client that does what the overview does, without drawing: it listens to the pulse, and asks its questions
 * (those that a real page was seen to ask) no more often than the page. Meanwhile 40 runs a second are started. Printed are the
 * CPU of the API and of PostgreSQL, with and without the consoles, and the times of the answers.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPool, transaction } from '#database/pool.js';
import { openBrowser } from '../helpers/browser.js';
import { fillHistory } from '../helpers/many-runs.js';
import { measureHour } from './console/hour.js';
import { measureListeners } from './console/listeners.js';
import { measurePages } from './console/pages.js';
import { startProcesses } from './console/processes.js';
import { measureVitals } from './console/vitals.js';
import { type BenchServer, freshDatabase, startBenchServer, useBenchServer } from './load/server.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    calls: { type: 'string' },
    consoles: { type: 'string' },
    seconds: { type: 'string' },
    server: { type: 'string' },
    filled: { type: 'boolean' },
  },
});
const number = (text: string | undefined, otherwise: number): number => Number(text ?? otherwise);

async function bench(server: BenchServer, url: string): Promise<void> {
  const pool = openPool({ url, name: 'bench', max: 4, onError: console.error });
  const browser = await openBrowser();
  if (!browser) throw new Error('expected Chromium, found none; install it, or name it with CHROMIUM');
  try {
    if (!values.filled) {
      const runs = number(values.runs, 1_000_000);
      await transaction(pool, (tx) => fillHistory(tx, { runs, lines: 100_000, progress: console.error }));
      // As the product does for files without rows: else the worker would begin to make figures of all these files.
      await pool.query(
        `INSERT INTO dwh.data_sample_summary (file_id, day, chunk, rows) SELECT id, '-infinity', 0, 0 FROM ops.file`,
      );
      await pool.query('VACUUM ANALYZE');
    }
    const processes = await startProcesses(pool, url);
    try {
      await measurePages(browser, processes.address, number(values.calls, 5));
      await measureVitals(browser, processes.address, ['/', '/runs', '/files']);
      await measureHour(browser, processes.address);
      await measureListeners(browser, processes, {
        postmaster: server.postmaster,
        consoles: number(values.consoles, 50),
        seconds: number(values.seconds, 60),
      });
    } finally {
      await processes.stop();
    }
  } finally {
    await browser.close();
    await pool.end();
  }
}

if (values.server) {
  await bench(await useBenchServer(values.server), values.server);
} else {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-bench-console-'));
  const server = await startBenchServer(dir);
  try {
    await bench(server, await freshDatabase(server, 'bench_console', true));
  } finally {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
}
