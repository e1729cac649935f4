import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenRun } from '#contracts/open-run.js';
import { toEnding } from '#database/runs/attempt-ends.js';
import type { BegunRun, Outcome } from '#database/runs/attempt-types.js';
import { newRunId } from '#database/runs/record-run.js';
import { createLogger } from '#process/log.js';
import { openCarrier } from '#queue/carrier.js';
import { readStandings } from '#queue/jobs.js';
import { createReconciler } from '#runs/reconciler.js';
import { type TestRecord, whileRunIsLocked, withRunRecord, writerOf } from '../helpers/run-record.js';

const succeeded: Outcome = { run: 'succeeded', attempt: 'succeeded', output: { rows: 0 } };

/** Records a run that waits for some that it invoked in one window. @returns its id and theirs, in their order */
async function openWindow(
  { record, start, begin }: TestRecord,
  { runs, atMost }: { readonly runs: number; readonly atMost: number },
): Promise<{ readonly parent: string; readonly ids: readonly string[] }> {
  const parent = await begin(await start());
  const children = Array.from({ length: runs }, (_, index) => ({
    ...{ parentId: parent.runId, id: newRunId(), task: 'plain', queue: 'of-children', input: {} },
    ...{ priority: 3, maxAttempts: 1, labels: {}, key: `all/${index}`, window: 'all', held: index >= atMost },
  }));
  await record.end(toEnding(parent, { run: 'waiting', attempt: 'suspended' }, children));
  return { parent: parent.runId, ids: children.map(({ id }) => id) };
}

/** Ends runs that are under way, in one group. @returns what each of their ends has released */
async function endTogether({ record }: TestRecord, runs: readonly BegunRun[]): Promise<(OpenRun | undefined)[]> {
  const ended = await Promise.all(runs.map((run) => record.end(toEnding(run, succeeded))));
  return ended.map(({ released }) => released);
}

const beginAll = ({ begin }: TestRecord, ids: readonly string[]): Promise<BegunRun[]> => Promise.all(ids.map(begin));

/** The runs of a window that are held. */
async function heldOf({ pool }: TestRecord, parent: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'SELECT id FROM ops.run WHERE parent_id = $1 AND held ORDER BY id',
    [parent],
  );
  return rows.map(({ id }) => id);
}

const released = (id: string | undefined, parent: string): unknown => ({
  ...{ id, task: 'plain', queue: 'of-children', priority: 3, delayMs: 0 },
  parent: { id: parent, queue: 'stub' },
});

test('each of the runs that end in one group lets go of one held run of its own window', () =>
  withRunRecord(async (database) => {
    const { pool } = database;
    const wide = await openWindow(database, { runs: 6, atMost: 3 });
    const narrow = await openWindow(database, { runs: 2, atMost: 1 });
    const full = await openWindow(database, { runs: 1, atMost: 1 });
    const [first, second, third, ofNarrow, ofFull] = await beginAll(database, [
      ...wide.ids.slice(0, 3),
      ...narrow.ids.slice(0, 1),
      ...full.ids,
    ]);
    assert.ok(first && second && third && ofNarrow && ofFull);
    const gave = await endTogether(database, [first, ofNarrow, second, ofFull]);
    const byId = (a: OpenRun | undefined, b: OpenRun | undefined): number => ((a?.id ?? '') < (b?.id ?? '') ? -1 : 1);
    assert.deepEqual(
      [gave[0], gave[2]].sort(byId),
      wide.ids.slice(3, 5).map((id) => released(id, wide.parent)),
    );
    assert.deepEqual(gave[1], released(narrow.ids[1], narrow.parent));
    assert.equal(gave[3], undefined, 'nothing was held there');
    assert.deepEqual(await heldOf(database, wide.parent), wide.ids.slice(5));
    const written = [first.runId, second.runId, ofNarrow.runId, ofFull.runId, ...wide.ids.slice(3, 5)];
    const writers = await Promise.all(written.map((id) => writerOf(pool, id)));
    assert.equal(new Set(writers).size, 1, `one commit: ${writers.join()}`);

    // A window's last held run goes to one of those that end; the others have nothing to let go.
    const rest = [third, ...(await beginAll(database, wide.ids.slice(3, 5)))];
    const gaveLast = (await endTogether(database, rest)).filter((run) => run !== undefined);
    assert.deepEqual(gaveLast, [released(wide.ids[5], wide.parent)]);
    assert.deepEqual(await heldOf(database, wide.parent), []);
  }));

test('an end that is not the end of its run lets go of none', () =>
  withRunRecord(async (database) => {
    const { record } = database;
    const { parent, ids } = await openWindow(database, { runs: 3, atMost: 2 });
    const [given, waits] = await beginAll(database, ids.slice(0, 2));
    assert.ok(given && waits);
    const ended = await Promise.all([
      record.end(toEnding(given, { run: 'queued', attempt: 'released' })),
      record.end(toEnding(waits, { run: 'waiting', attempt: 'suspended' })),
    ]);
    assert.deepEqual(
      ended.map(({ released }) => released),
      [undefined, undefined],
    );
    assert.deepEqual(await heldOf(database, parent), ids.slice(2));
  }));

test('a held run that somebody has locked is passed over; the reconciler lets go of it once its window is idle', () =>
  withRunRecord(async (database) => {
    const { pool, url } = database;
    const { parent, ids } = await openWindow(database, { runs: 5, atMost: 2 });
    const busy = await openWindow(database, { runs: 3, atMost: 1 });
    await whileRunIsLocked(url, ids[2] ?? '', async () => {
      const gave = await endTogether(database, await beginAll(database, ids.slice(0, 2)));
      assert.deepEqual(gave.map((run) => run?.id).sort(), ids.slice(3));
      assert.deepEqual(await endTogether(database, await beginAll(database, ids.slice(3))), [undefined, undefined]);
    });
    assert.deepEqual(await heldOf(database, parent), ids.slice(2, 3));

    let now = 0;
    const carrier = openCarrier({ databaseUrl: url }, 'background', () => {});
    const reconciler = createReconciler({
      ...{ pool, carrier, aliveMs: 60_000, goneMs: 60_000, queues: ['stub'], now: () => now },
      log: createLogger({ name: 'test', level: 'fatal', format: 'json' }),
      leads: () => Promise.resolve(true),
    });
    try {
      await reconciler.pass();
      assert.deepEqual(await heldOf(database, parent), []);
      assert.deepEqual(await heldOf(database, busy.parent), busy.ids.slice(1), 'one of its window is under way');
      now += 10_000;
      await reconciler.pass();
      const jobs = await readStandings(
        carrier,
        [ids[2], ...busy.ids].map((id = '') => ({ id, task: 'plain', queue: 'of-children', priority: 3, delayMs: 0 })),
      );
      assert.deepEqual(jobs, ['waiting', 'waiting', 'none', 'none']);
    } finally {
      await carrier.close();
    }
  }));
