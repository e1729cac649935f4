import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { unlessPresent } from '#faces/testing/shared.js';
import { bombCodecs, zeroFile } from '#parquet/bomb.fixture.js';
import { sampleParquet } from '../helpers/inbox.js';
import { count, listFiles, listRuns, waitUntilQuiet } from '../helpers/ledger.js';
import { type Platform, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';

/** What the memory of a worker must stay below, whatever it loads. */
const maxBytes = 500 * 2 ** 20;
const neighbours = 6;
const shared = (name: string): string =>
  fileURLToPath(new URL(`../../../../shared/odd/parquet/${name}.parquet`, import.meta.url));

for (const name of ['bomb_zstd', 'bomb_gzip']) {
  test(
    `a worker refuses ${name} within its memory, and loads the neighbours in the same attempt`,
    { skip: unlessPresent(shared(name)) },
    (t) =>
      withPlatform(t, 'postgres', {}, async (platform) => {
        await loadAmongNeighbours(platform, new Map([[`${name}.parquet`, readFileSync(shared(name))]]));
      }),
  );
}

test('a worker refuses pages of 240 MB of every codec within its memory, and loads the neighbours', (t) =>
  withPlatform(t, 'postgres', {}, async (platform) => {
    const bombs = bombCodecs.map((codec): [string, Uint8Array] => [
      `bomb_${codec}.parquet`,
      zeroFile({ codec, rows: 60_000, textBytes: 240_000_000 }),
    ]);
    await loadAmongNeighbours(platform, new Map(bombs));
  }));

/** Loads bombs and small files in one batch; the worker's memory and attempts show whether it ran out of memory. */
async function loadAmongNeighbours(platform: Platform, bombs: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const { inbox, pool, start, process: processOf } = platform;
  for (let minute = 0; minute < neighbours; minute += 1) {
    await inbox.write(`good ${minute}.parquet`, sampleParquet(minute));
  }
  for (const [name, bytes] of bombs) await inbox.write(name, bytes);
  await start();
  await waitUntilQuiet(pool, neighbours + bombs.size, { deadlineMs: 150_000 });

  const peak = peakBytes(processOf('worker-1').pid);
  assert.ok(peak <= maxBytes, `the worker took ${Math.round(peak / 2 ** 20)} MiB`);
  for (const file of await listFiles(pool)) {
    if (!bombs.has(file.path)) assert.equal(file.state, 'loaded', file.path);
    else assert.deepEqual([file.state, file.code], ['quarantined', 'page-too-large'], `${file.path}: ${file.reason}`);
    if (bombs.has(file.path)) assert.match(file.reason ?? '', /PAGE_MEMORY_MB.*smaller row groups/);
  }
  assert.equal(await count(pool, 'SELECT count(*) FROM dwh.data_sample'), neighbours * 25);
  for (const run of await listRuns(pool)) {
    assert.deepEqual(run.attempts, ['succeeded'], 'its worker kept its lock, so its event loop was not held up');
  }
  await assertTruth(pool);
}

/** The most memory that a process ever held, in bytes (proc_pid_status(5)). */
function peakBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
}
