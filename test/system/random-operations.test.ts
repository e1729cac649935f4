import assert from 'node:assert/strict';
import { lstatSync } from 'node:fs';
import { mkdir, readFile, rename, rm, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { replayFile } from '#database/ledger/replay.js';
import { createRandom, type Random } from '#samples/random.js';
import { sampleParquet } from '../helpers/inbox.js';
import { listFiles, summary } from '../helpers/ledger.js';
import { type Platform, withPlatform } from '../helpers/platform.js';
import { assertTruth } from '../helpers/truth.js';
import { waitFor } from '../helpers/wait.js';

// A longer run: RANDOM_OPERATIONS=5000 RANDOM_SEED=2 npm test random-operations
const operations = Number(process.env['RANDOM_OPERATIONS'] ?? 400);
const seed = Number(process.env['RANDOM_SEED'] ?? 1);

const paths = Array.from({ length: 14 }, (_, n) => `${n % 3}/${n}.parquet`);
/** Few, so that the same bytes come under several names, and again under the same one. */
const contents = Array.from({ length: 9 }, (_, n) => sampleParquet(n, { rows: 3 + n }));
/** Between two operations at most, in milliseconds: around the time in which a file settles, now and then. */
const maxPauseMs = 30;

/** What lies at a path of the inbox: a file's state, or undefined for nothing and for a folder. */
function fileAt({ inbox }: Platform, path: string): { size: bigint; mtimeNs: bigint } | undefined {
  const stats = lstatSync(inbox.at(path), { bigint: true, throwIfNoEntry: false });
  return stats?.isFile() ? stats : undefined;
}

/** Makes an inbox's random operations, one at a time. */
function createOperations(platform: Platform, random: Random) {
  const { inbox } = platform;
  const clear = (path: string) => rm(inbox.at(path), { recursive: true, force: true });
  const known: Readonly<Record<string, (path: string) => Promise<void>>> = {
    async write(path) {
      if (!fileAt(platform, path)) await clear(path);
      await inbox.write(path, random.pick(contents));
    },
    async replace(path) {
      if (!fileAt(platform, path)) await clear(path);
      await inbox.moveIn(path, random.pick(contents));
    },
    async touch(path) {
      if (fileAt(platform, path)) await utimes(inbox.at(path), new Date(), new Date());
    },
    delete: clear,
    async move(path) {
      const to = random.pick(paths);
      if (to === path || !fileAt(platform, path)) return;
      if (!fileAt(platform, to)) await clear(to);
      await mkdir(dirname(inbox.at(to)), { recursive: true });
      await rename(inbox.at(path), inbox.at(to));
    },
    async awayAndBack(path) {
      if (!fileAt(platform, path)) return;
      await rename(inbox.at(path), inbox.at(`${dirname(path)}/.away`));
      await pause(random.next() * 2 * maxPauseMs);
      await rename(inbox.at(`${dirname(path)}/.away`), inbox.at(path));
    },
    async folder(path) {
      await clear(path);
      await inbox.write(`${path}/inside.parquet`, random.pick(contents));
    },
  };
  const often = ['write', 'write', 'write', 'replace', 'touch', 'touch', 'delete', 'delete', 'move', 'awayAndBack'];
  const names = [...often, ...often, 'folder'];
  return async (): Promise<void> => {
    await known[random.pick(names)]?.(random.pick(paths));
    await pause(random.next() * maxPauseMs);
  };
}

/** Every version of every file is in an end state, no run is open, and the ledger knows what lies in the inbox. */
async function waitUntilAtRest(platform: Platform): Promise<void> {
  const { pool } = platform;
  await waitFor(
    'everything is in an end state and as it lies in the inbox',
    async () => {
      const { rows } = await pool.query<{ moving: number }>(
        `SELECT (SELECT count(*) FROM ops.file WHERE state IN ('arriving', 'settled', 'loading'))::int
           + (SELECT count(*) FROM ops.run WHERE state NOT IN ('succeeded', 'failed', 'cancelled'))::int AS moving`,
      );
      if (rows[0]?.moving !== 0) return undefined;
      const { rows: current } = await pool.query<{ path: string; size: string; mtime_ns: string }>(
        'SELECT path, size, mtime_ns FROM ops.file WHERE current',
      );
      const ledger = new Map(current.map((file) => [file.path, `${file.size} ${file.mtime_ns}`]));
      const isKnown = paths.every((path) => {
        const there = fileAt(platform, path);
        return !there || ledger.get(path) === `${there.size} ${there.mtimeNs}`;
      });
      return isKnown ? true : undefined;
    },
    { deadlineMs: 90_000, show: () => stuckFiles(platform) },
  );
}

async function stuckFiles({ pool }: Platform): Promise<string> {
  const moving = (await listFiles(pool)).filter((file) => ['arriving', 'settled', 'loading'].includes(file.state));
  return [...moving.map((file) => JSON.stringify(file)), await summary(pool)].join('\n');
}

/** Does what the reason of an orphaned copy asks for (decision 2). @returns how many there were */
async function replayOrphans({ pool }: Platform): Promise<number> {
  const orphans = (await listFiles(pool)).filter((file) => file.current && /replay this file/.test(file.reason ?? ''));
  for (const { id } of orphans) await replayFile(pool, id);
  return orphans.length;
}

/** What lies in the inbox is loaded, once, and no path has rows of bytes that newer ones have replaced. */
async function assertInboxLoaded(platform: Platform): Promise<void> {
  const { pool, inbox } = platform;
  const { rows: loaded } = await pool.query<{ path: string; rows: number }>(
    `SELECT path, rows::int FROM ops.file WHERE state = 'loaded'`,
  );
  const sizes = new Map(contents.map((bytes, n) => [Buffer.from(bytes).toString('base64'), 3 + n]));
  const rowsAt = new Map<string, number>();
  for (const path of paths) {
    if (!fileAt(platform, path)) continue;
    rowsAt.set(path, sizes.get((await readFile(inbox.at(path))).toString('base64')) ?? 0);
  }
  // Each content has a number of rows of its own.
  const loadedSizes = loaded.map((file) => file.rows).sort();
  assert.deepEqual(loadedSizes, [...new Set(loadedSizes)], 'a content is loaded twice');
  for (const [path, rows] of rowsAt) assert.ok(loadedSizes.includes(rows), `the bytes of ${path} are not loaded`);
  for (const { path, rows } of loaded)
    assert.equal(rows, rowsAt.get(path) ?? rows, `${path} has rows of older content`);
}

test(
  `whatever happens to files while they settle and load, each version ends and the rows are those of the inbox (${operations} operations, seed ${seed})`,
  {
    timeout: 180_000 + operations * 100,
  },
  (t) =>
    withPlatform(t, 'postgres', { env: { BATCH_FILES: '4' } }, async (platform) => {
      const operate = createOperations(platform, createRandom(seed, 'operations'));
      await platform.start();
      for (let n = 0; n < operations; n += 1) await operate();
      // A folder in a file's place is nothing to be loaded; what lay in it goes with it.
      for (const path of paths)
        if (!fileAt(platform, path)) await rm(platform.inbox.at(path), { recursive: true, force: true });
      await waitUntilAtRest(platform);
      while ((await replayOrphans(platform)) > 0) await waitUntilAtRest(platform);
      await assertInboxLoaded(platform);
      await assertTruth(platform.pool);
    }),
);
