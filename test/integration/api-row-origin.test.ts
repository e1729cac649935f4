import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalogue, readableDatasets } from '#catalogue/catalogue.js';
import { findRow } from '#database/queries/rows/find-row.js';
import { readRunRows } from '#database/queries/run-rows.js';
import { objectsDetectionExample } from '#samples/examples.js';
import { openTaskRunner } from '#testing/task-runner.js';
import { explainingPool, type Scan } from '../helpers/explain.js';
import { sampleParquet } from '../helpers/inbox.js';
import { withApi } from './api-fixture.js';
import { seedImage } from './api-rendered-images-fixture.js';
import { footage, recording } from './recordings-fixture.js';

test('from a row of any dataset to its file, run, attempt and worker, and from file and run to their rows', () =>
  withApi(async (api) => {
    const { ask } = api;
    const runner = await openTaskRunner(api, { catalogue: await loadCatalogue(), inboxDir: api.inbox, star: false });
    const load = async (task: string, files: readonly string[]): Promise<string> => {
      const run = await runner.start(task, { files });
      await runner.drain();
      return run;
    };
    const json = (value: unknown) => Buffer.from(JSON.stringify(value));
    try {
      const sample = await runner.drop('data-sample', '2023-01-01 00:00:00.parquet', sampleParquet(0));
      const other = await runner.drop('data-sample', '2023-01-01 00:01:00.parquet', sampleParquet(1));
      const first = await load('load-data-sample', [sample, other]);
      const second = await load('load-data-sample', [sample]);
      const events = await runner.drop('objects-detection', 'objects.json', json(objectsDetectionExample.document));
      const detected = await load('load-objects-detection', [events]);
      const recorded = await runner.drop(
        'recordings',
        'recording.json',
        json({ recording: [recording('r1')], footage: [footage('f1', 'r1'), footage('f2', 'r1')] }),
      );
      const drove = await load('load-recordings', [recorded]);
      const image = await seedImage(api, 'a.jpg');

      const [listed] = (await ask(`/api/datasets/data-sample/rows?fileId=${sample}&limit=1`)).body.items;
      const { status, body } = await ask(`/api/datasets/data-sample/rows/origin?fileId=${sample}&ordinal=0`);
      assert.equal(status, 200, JSON.stringify(body));
      assert.deepEqual(body.row, listed);
      assert.equal(body.row.runId, second);
      assert.deepEqual([body.file.path, body.file.version, body.file.rows], ['2023-01-01 00:00:00.parquet', 1, 25]);
      assert.deepEqual([body.run.id, body.run.task, body.run.state], [second, 'load-data-sample', 'succeeded']);
      assert.deepEqual(
        [body.attempt.number, body.attempt.state, body.attempt.worker.pid],
        [1, 'succeeded', process.pid],
      );
      assert.equal(body.changes.at(-1).runId, second);
      for (const link of Object.values<string>(body.links))
        assert.equal((await api.app.inject(link)).statusCode, 200, link);

      for (const [dataset, fileId, ordinal, field, value] of [
        ['objects-detection', events, 5, 'objectType', 'obstacles'],
        ['recording', recorded, 0, 'id', 'r1'],
        ['images', image, 0, 'width', 300],
      ] as const) {
        const { row, file } = (await ask(`/api/datasets/${dataset}/rows/origin?fileId=${fileId}&ordinal=${ordinal}`))
          .body;
        assert.deepEqual([row[field], row.ordinal, file.id], [value, ordinal, fileId], dataset);
      }
      for (const [dataset, query, expected] of [
        ['data-sample', `fileId=${sample}&ordinal=25`, 404],
        ['data-sample', `fileId=${events}&ordinal=0`, 404],
        ['images', `fileId=${image}&ordinal=1`, 404],
        ['footage', `fileId=${recorded}&ordinal=0`, 404],
        ['nothing', `fileId=${sample}&ordinal=0`, 404],
        ['data-sample', `fileId=${sample}`, 422],
        ['data-sample', `fileId=${sample}&ordinal=2147483648`, 422],
      ] as const) {
        assert.equal((await ask(`/api/datasets/${dataset}/rows/origin?${query}`)).status, expected, query);
      }

      const datasetsOf = async (path: string) => (await ask(`/api/${path}`)).body.datasets;
      assert.deepEqual(await datasetsOf(`files/${recorded}`), [
        { name: 'recording', rows: 1, link: `/api/datasets/recording/rows?fileId=${recorded}` },
        { name: 'footage', rows: 2, link: `/api/datasets/footage/rows?fileId=${recorded}` },
      ]);
      assert.deepEqual(await datasetsOf(`files/${events}`), [
        { name: 'objects-detection', rows: 6, link: `/api/objects-detection?fileId=${events}` },
      ]);
      assert.deepEqual(await datasetsOf(`runs/${drove}`), [
        { name: 'footage', files: 1, rows: 2 },
        { name: 'recording', files: 1, rows: 1 },
      ]);
      assert.deepEqual(await datasetsOf(`runs/${detected}`), [{ name: 'objects-detection', files: 1, rows: 6 }]);
      assert.deepEqual(
        await datasetsOf(`runs/${first}`),
        [{ name: 'data-sample', files: 1, rows: 25 }],
        'one was loaded anew',
      );
      assert.deepEqual(await datasetsOf(`runs/${second}`), [{ name: 'data-sample', files: 1, rows: 25 }]);
    } finally {
      await runner.close();
    }
  }));

test('a row and the rows of a run are found by their file among very many', () =>
  withApi(async ({ pool }) => {
    await pool.query(
      `INSERT INTO ops.file (path, source, state, size, mtime_ns, rows)
       SELECT 'f' || n, 'objects-detection', 'loaded', 1, 1, 3 FROM generate_series(1, 60000) n`,
    );
    const [run, other] = ['01900000-0000-7000-8000-000000000001', '01900000-0000-7000-8000-000000000002'];
    await pool.query(
      `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts)
       SELECT id, id, 'load-objects-detection', 'loads', 'succeeded', 'watcher', '{}', 5 FROM unnest($1::uuid[]) id`,
      [[run, other]],
    );
    await pool.query(
      'INSERT INTO ops.run_file SELECT CASE WHEN id <= 700 THEN $1::uuid ELSE $2::uuid END, id, id FROM ops.file',
      [run, other],
    );
    await pool.query('UPDATE ops.file SET run_id = $1 WHERE id <= 700', [run]);
    await pool.query(
      `INSERT INTO fleet.objects_detection
       SELECT id, n, n, 0, 'v' || id % 100, '2024-07-01Z'::timestamptz + id * interval '1 second', 'cars', 1
       FROM ops.file, generate_series(0, 2) n`,
    );
    await pool.query('ANALYZE ops.file, ops.run_file, fleet.objects_detection');
    const [scans, catalogue]: [Scan[], Awaited<ReturnType<typeof loadCatalogue>>] = [[], await loadCatalogue()];
    const readable = readableDatasets(catalogue).get('objects-detection');
    assert.ok(readable);
    const explaining = explainingPool(pool, scans);
    const row = await findRow(explaining, {
      table: readable.dataset,
      source: readable.source.name,
      fileId: '40000',
      ordinal: 2,
    });
    assert.deepEqual([row?.fileId, row?.ordinal], ['40000', 2]);
    assert.deepEqual(await readRunRows(explaining, run), [{ name: 'objects-detection', files: 700, rows: 2_100 }]);
    assert.ok(scans.length >= 4, 'what is read is explained');
    assert.deepEqual(
      scans.filter(({ kind, table }) => kind === 'Seq Scan' && table !== ''),
      [],
    );
  }));
