import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { testServerUrl } from '../helpers/postgres.js';
import type { DiskResult } from './lake-disk.fixture.js';

/** Whether this process may mount file systems where nobody else sees them. */
const canMount = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

const manifest = 'dwd/data-sample/_manifest.json';
const part = (day: string): string => `dwd/data-sample/imp_date=${day}/part-00000.parquet`;

test('an export to a folder that is full fails with the reason, leaves what was there, and works when there is room', {
  skip: canMount ? false : 'skipped: only root, with unshare and mount, may mount file systems for this test',
}, async () => {
  const env = { ...process.env, TEST_DATABASE_SERVER: await testServerUrl() };
  const fixture = fileURLToPath(new URL('lake-disk.fixture.js', import.meta.url));
  const output = execFileSync('unshare', ['--mount', process.execPath, fixture], { encoding: 'utf8', env });
  const { folder, results }: { folder: string; results: Record<string, DiskResult> } = JSON.parse(output);
  const { first, full, failed, retried, crammed } = results;
  const both = [manifest, part('20230101'), part('20230102')];
  assert.deepEqual(first, {
    ...{ state: 'succeeded', message: '', files: both },
    rows: { 20230101: 1_000, 20230102: 1_000 },
  });
  const words =
    /^the folder dwd\/data-sample\/imp_date=20230102 of LAKE_DIR is full: expected room for about [1-9][\d.]* [kM]B \(61000 rows\), got [\d.]+ [kM]B \(ENOSPC\) after [56]\d000 rows; make room there, or set LAKE_DIR to a larger disk, then retry the run\./;
  assert.match(full?.message ?? '', words);
  assert.deepEqual([full?.state, failed?.state], ['delayed', 'failed']);
  assert.deepEqual([full?.files, full?.rows], [both, first?.rows], 'the old partition stays, and nothing else');
  assert.deepEqual([failed?.files, failed?.rows], [both, first?.rows]);
  assert.deepEqual([retried?.state, retried?.files], ['succeeded', both]);
  assert.deepEqual(retried?.rows, { 20230101: 1_000, 20230102: 61_000 });
  assert.match(crammed?.message ?? '', /LAKE_DIR is full/);
  assert.deepEqual(
    crammed?.files.filter((path) => !path.startsWith('filler')),
    both,
  );
  for (const { message } of Object.values(results)) assert.ok(!message.includes(folder), message);
});
