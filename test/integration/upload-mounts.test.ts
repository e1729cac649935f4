import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { MountResult } from './upload-mounts.fixture.js';

/** Whether this process may mount file systems where nobody else sees them. */
const canMount = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;

test('an upload into a file system below the inbox is placed there, or refused with the reason and without a server path', {
  skip: canMount ? false : 'skipped: only root, with unshare and mount, may mount file systems for this test',
}, () => {
  const fixture = fileURLToPath(new URL('upload-mounts.fixture.js', import.meta.url));
  const output = execFileSync('unshare', ['--mount', process.execPath, fixture], { encoding: 'utf8' });
  const { folder, results }: { folder: string; results: Record<string, MountResult> } = JSON.parse(output);
  try {
    const { mounted, taken, replaced, bound, readOnly, full, forbidden, readOnlyInbox } = results;
    assert.deepEqual(mounted, { status: 201, detail: '', names: ['a.json'], content: '1' });
    assert.equal(taken?.status, 409, taken?.detail);
    assert.deepEqual([taken?.names, taken?.content], [['a.json'], '1']);
    assert.deepEqual(replaced, { status: 201, detail: '', names: ['a.json'], content: '3' });
    assert.deepEqual(bound, { status: 201, detail: '', names: ['a.json'], content: '1' });
    assert.equal(readOnly?.status, 409, readOnly?.detail);
    assert.match(readOnly?.detail ?? '', /“ro” of the inbox is read-only/);
    assert.equal(full?.status, 507, full?.detail);
    assert.deepEqual(full?.names, []);
    assert.equal(forbidden?.status, 409, forbidden?.detail);
    assert.match(forbidden?.detail ?? '', /may not write in the inbox/);
    assert.equal(readOnlyInbox?.status, 409, readOnlyInbox?.detail);
    for (const { detail } of Object.values(results)) assert.ok(!detail.includes(folder), detail);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
