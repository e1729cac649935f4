import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { settleFiles } from '#database/ledger/settle.js';
import { recordSightings } from '#database/ledger/sightings.js';
import { runAttempt } from '#runs/attempt.js';
import { startRun } from '#runs/start-run.js';
import { begun } from '#testing/task-runner.js';
import { withTestDatabase } from '../helpers/database.js';
import { openStubWorker } from '../helpers/stub-worker.js';
import { run } from './examples/load-hive-weights/body.js';

const table = `
  CREATE TABLE fleet.hive_weight (
    file_id bigint NOT NULL, ordinal int NOT NULL, hive text NOT NULL, weighed_at timestamptz NOT NULL, grams int NOT NULL,
    PRIMARY KEY (file_id, ordinal))`;

const events = [
  { hive: 'B7', weighed_at: '2026-05-01T06:00:00Z', grams: 41_250 },
  { hive: 'B7', weighed_at: '2026-05-01T18:00:00Z', grams: -1 },
  { hive: 'C2', weighed_at: '2026-05-01T06:00:00Z', grams: 38_900 },
];

test('the task of the README loads a file, and the bad event in it becomes a reject', async (t) => {
  const inboxDir = await mkdtemp(join(tmpdir(), 'millrace-example-'));
  t.after(() => rm(inboxDir, { recursive: true }));
  const path = 'hive_weights.json';
  const text = JSON.stringify({ hive_weights: events });
  await writeFile(join(inboxDir, path), text);

  await withTestDatabase(async ({ url, pool }) => {
    await pool.query(table);
    const catalogue = await loadCatalogue([fileURLToPath(new URL('./examples', import.meta.url))]);
    const task = catalogue.get('load-hive-weights');
    assert.ok(task?.source !== undefined);
    assert.ok(task.source.matches(path));

    const { size, mtimeNs } = await stat(join(inboxDir, path), { bigint: true });
    await recordSightings(pool, [{ path, source: task.source.name, size, mtimeNs }]);
    const sha256 = createHash('sha256').update(text).digest('hex');
    await settleFiles(pool, [{ id: 1n, size, mtimeNs, sha256 }]);
    const { id } = await startRun(pool, task, { input: { files: ['1'] }, trigger: 'api' });

    const stub = await openStubWorker({ url, pool }, inboxDir, (context) => run(context, { files: ['1'] }));
    const verdict = await runAttempt({ ...stub.deps, catalogue }, begun(await stub.begin(id)));
    await stub.close();

    assert.deepEqual(verdict, { kind: 'over' });
    const { rows } = await pool.query('SELECT ordinal, hive, grams FROM fleet.hive_weight ORDER BY ordinal');
    assert.deepEqual(rows, [
      { ordinal: 0, hive: 'B7', grams: 41_250 },
      { ordinal: 1, hive: 'C2', grams: 38_900 },
    ]);
    const rejects = await pool.query<{ ordinal: number; reason: string }>('SELECT ordinal, reason FROM ops.reject');
    assert.deepEqual(
      rejects.rows.map(({ ordinal }) => ordinal),
      [1],
    );
    assert.match(rejects.rows[0]?.reason ?? '', /^grams is -1: expected an integer/);
  });
});
