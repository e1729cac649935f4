import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count } from '../helpers/ledger.js';
import { carriers, withPlatform } from '../helpers/platform.js';
import { waitFor } from '../helpers/wait.js';
import { writeTasks } from '../helpers/written-tasks.js';

/** Slots that fire, and after how many of them a worker is killed. */
const slots = 7;
const kills = [2, 4];

interface FiredSlot {
  readonly slot_at: Date;
  /** Null of the last ones, which may go on. */
  readonly started_at: Date | null;
  readonly ended_at: Date | null;
}

for (const carrier of carriers) {
  test(`a schedule of a task's folder runs one slot after the other, none left out, while workers are killed (${carrier})`, async (t) => {
    const tasksDir = writeTasks(t, {
      tick: {
        input: '{ word: Type.String() }',
        output: '{ word: Type.String() }',
        body: 'export async function run(context, { word }) { return { word }; }',
        more: `schedules: [{ name: 'every-second', everyMs: 1000, overlap: 'queue', input: { word: 'tick' } }]`,
      },
    });
    await withPlatform(t, carrier, { workers: 2, env: { TASKS_DIR: tasksDir } }, async (platform) => {
      const { pool } = platform;
      await Promise.all([platform.start('worker-1'), platform.start('worker-2')]);
      for (const [index, at] of [...kills, slots].entries()) {
        const ended = `SELECT count(*) FROM ops.run WHERE schedule = 'every-second' AND state = 'succeeded'`;
        await waitFor(`${at} runs have succeeded`, async () => ((await count(pool, ended)) >= at ? true : undefined), {
          deadlineMs: 60_000,
          show: () => platform.dump(),
        });
        if (index < kills.length) await platform.crash(index === 0 ? 'worker-1' : 'worker-2');
      }
      const { rows } = await pool.query<FiredSlot>(
        `SELECT r.slot_at, r.started_at, r.ended_at FROM ops.slot s JOIN ops.run r ON r.id = s.run_id ORDER BY s.slot_at`,
      );
      for (const [index, next] of rows.slice(1).entries()) {
        const before = rows[index];
        assert.ok(before);
        assert.equal(next.slot_at.getTime() - before.slot_at.getTime(), 1_000, 'no slot is left out');
        assert.ok(before.ended_at, 'the one before had ended');
        assert.ok(next.started_at === null || before.ended_at <= next.started_at, 'it began after that');
      }
      assert.equal(await count(pool, `SELECT count(*) FROM ops.slot WHERE state NOT IN ('fired', 'pending')`), 0);
      assert.equal(await count(pool, 'SELECT count(*) FROM ops.missed_slots'), 0);
    });
  });
}
