import assert from 'node:assert/strict';
import { test } from 'node:test';
import { termsOf } from '#contracts/run-terms.js';
import { dispatchBatch } from '#database/ledger/dispatch.js';
import { definition } from '#tasks/load-recordings/definition.js';
import { openTaskRunner } from '../helpers/task-runner.js';
import { readProjectFile } from '../structure/project.js';
import { withApi } from './api-fixture.js';
import { footage, recording } from './recordings-fixture.js';

const page = readProjectFile('docs/recordings.md');

/** The files that the page shows, by their names. */
const shown = new Map(
  [...page.matchAll(/`([\w-]+\.\w+)`:\n\n```json\n([\s\S]*?)```/g)].map(([, name = '', text = '']) => [name, text]),
);
/** File, row and reason of each reject that the page says they have. */
const rejects = [...page.matchAll(/^\| `([\w-]+\.\w+)` \| (\d+) \| `(.*)` \|$/gm)].map(([, path, row, reason]) => ({
  path,
  ordinal: Number(row),
  reason,
}));
const waiting: unknown = JSON.parse(/files\?waiting=true"\n```\n\n```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '{}');
const sql = /```sql\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

test('the files of the page load and wait as it says, and the API and SQL show it', () =>
  withApi(async ({ ask, pool, url, inbox }) => {
    const runner = await openTaskRunner({ pool, url }, inbox, { star: false });
    const load = async (): Promise<void> => {
      const limits = { files: 1, bytes: 1 };
      const run = { ...termsOf(definition), trigger: 'watcher' } as const;
      while (await dispatchBatch(pool, 'recordings', limits, run, (ids) => ({ files: ids.map(String) }))) {
        await runner.drain();
      }
    };
    try {
      for (const [name, text] of shown) await runner.drop('recordings', name, Buffer.from(text));
      await load();
      const [file, ...others] = (await ask('/api/files?waiting=true')).body.items;
      assert.deepEqual(others, []);
      const { state, code, reason } = file;
      assert.deepEqual({ state, waiting: file.waiting, code, reason }, waiting);
      assert.deepEqual(
        (await ask('/api/files?waiting=false')).body.items.map(({ path }: { path: string }) => path),
        ['recording_r-0001.json'],
      );
      const detail = (await ask(`/api/files/${file.id}`)).body;
      assert.deepEqual(detail.waitsFor, [{ dataset: 'footage', key: 'f-0002' }]);
      assert.equal(detail.runs[0].outcome, 'waits');
      assert.deepEqual((await pool.query(sql)).rows, [{ path: file.path, dataset: 'footage', key: 'f-0002' }]);

      // Over the API a person has it look once more, puts it aside, and takes it up again.
      assert.equal((await ask(`/api/files/${file.id}/replay`, { method: 'POST' })).body.waiting, false);
      await load();
      assert.equal((await ask(`/api/files/${file.id}`)).body.waiting, true);
      assert.equal((await ask(`/api/files/${file.id}/discard`, { method: 'POST' })).body.state, 'discarded');
      assert.equal((await ask(`/api/files/${file.id}/replay`, { method: 'POST' })).body.state, 'settled');

      const parents = { recording: recording('r-0002'), footage: footage('f-0002', 'r-0002') };
      await runner.drop('recordings', 'recording_r-0002.json', Buffer.from(JSON.stringify(parents)));
      await load();
      const loaded = (await ask(`/api/files/${file.id}`)).body;
      assert.deepEqual([loaded.state, loaded.tableRows, loaded.waitsFor], ['loaded', { label: 1 }, []]);
      assert.equal((await ask(loaded.links.rows)).body.items[0].labelType, 'animal');
      const found = await pool.query(
        'SELECT f.path, r.ordinal, r.reason FROM ops.reject r JOIN ops.file f ON f.id = r.file_id ORDER BY r.file_id DESC',
      );
      assert.equal(rejects.length, 2);
      assert.deepEqual(
        found.rows.sort((a, b) => b.path.localeCompare(a.path)),
        rejects,
      );
      const refused = await ask('/api/tasks/data-pipeline/runs', {
        method: 'POST',
        body: { input: { source: 'recordings', scope: 'all' } },
      });
      assert.equal(refused.status, 422);
      assert.match(
        refused.body.errors[0].message,
        /whose rows go into recording, footage, label, sensor .* start load-recordings/,
      );
    } finally {
      await runner.close();
    }
  }));
