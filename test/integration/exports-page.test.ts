import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { askDuckDb } from '../helpers/duckdb.js';
import { sampleParquet } from '../helpers/inbox.js';
import { openTaskRunner } from '../helpers/task-runner.js';
import { readProjectFile } from '../structure/project.js';
import { withApi } from './api-fixture.js';
import { seedImage } from './api-images-fixture.js';

const page = readProjectFile('docs/exports.md');

test('the examples of the page about exports work as they stand', () =>
  withApi(async (api) => {
    const runner = await openTaskRunner(api, api.inbox, { star: false });
    try {
      const files: string[] = [];
      for (const minute of [0, 1, 24 * 60]) {
        files.push(await runner.drop('data-sample', `${minute}.parquet`, sampleParquet(minute)));
      }
      await runner.run('load-data-sample', { files });
      await seedImage(api.pool, { name: 'a', faces: 2, day: '2022-07-10' });
      await seedImage(api.pool, { name: 'b', faces: 3, day: '2022-07-11' });
      const examples = readCurlExamples('docs/exports.md');
      assert.equal(examples.length, 4);
      for (const { method, path, body, command } of examples) {
        if (method === 'POST') {
          assert.equal((await api.ask(`/api${path}`, { method, body })).status, 202, command);
          continue;
        }
        const { statusCode, rawPayload } = await api.app.inject(`/api${path}`);
        assert.equal(statusCode, 200, command);
        assert.ok(rawPayload.length > 100, command);
      }
      await runner.drain();
      assert.equal((await runner.run('export', { dataset: 'images' })).state, 'succeeded');
      const [, block = ''] = /^DuckDB:\n\n```sql\n([\s\S]*?)```/m.exec(page) ?? [];
      const [sample = '', images = ''] = block.replaceAll('LAKE_DIR', runner.deps.services.lakeDir).split(';\n');
      const found = await askDuckDb(sample);
      assert.deepEqual(
        found.map(({ imp_date: day, rows }) => [day, rows]),
        [
          ['20230101', '50'],
          ['20230102', '25'],
        ],
      );
      assert.deepEqual(await askDuckDb(images), [
        { name: 'b', faces: 3 },
        { name: 'a', faces: 2 },
      ]);
    } finally {
      await runner.close();
    }
  }));
