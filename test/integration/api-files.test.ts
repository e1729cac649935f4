import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAll, seedFile, withApi } from './api-fixture.js';

test('files are listed newest first and paged to the end without a gap or a double', () =>
  withApi(async (api) => {
    const ids: string[] = [];
    for (let n = 0; n < 23; n++) ids.push(await seedFile(api.pool, { path: `day/${n}.json` }));
    const items = await readAll(api, '/api/files', 5);
    assert.deepEqual(
      items.map((file) => file.id),
      ids.reverse(),
    );
    assert.equal(items[0].modifiedAt, '2023-11-14T22:13:20.123456Z');
    assert.equal(items[0].size, 100);
    assert.equal((await api.ask('/api/files')).body.nextCursor, null);
  }));

test('files are filtered by state, source, path and run; wildcards of SQL in a path mean themselves', () =>
  withApi(async (api) => {
    await seedFile(api.pool, { path: 'a_1.json' });
    await seedFile(api.pool, { path: 'ab1.json', state: 'quarantined', code: 'truncated', reason: 'it is cut off' });
    await seedFile(api.pool, { path: 'sub/100%.jpg', source: 'images', state: 'settled' });
    await seedFile(api.pool, { path: 'sub/100x.jpg', source: 'images', state: 'arriving', sha256: null });
    await seedFile(api.pool, { path: 'notes.txt', source: null, state: 'ignored', sha256: null });
    const paths = async (query: string) =>
      (await api.ask(`/api/files?${query}`)).body.items.map((f: { path: string }) => f.path);
    assert.deepEqual(await paths('path=a_'), ['a_1.json']);
    assert.deepEqual(await paths('path=*.json'), ['ab1.json', 'a_1.json']);
    assert.deepEqual(await paths('path=sub/100%25'), ['sub/100%.jpg']);
    assert.deepEqual(await paths('state=quarantined'), ['ab1.json']);
    assert.deepEqual(await paths('state=ignored,arriving'), ['notes.txt', 'sub/100x.jpg']);
    assert.deepEqual(await paths('source=images&state=settled'), ['sub/100%.jpg']);
    assert.deepEqual(await paths('runId=01900000-0000-7000-8000-000000000000'), []);
    const [bad] = (await api.ask('/api/files?state=quarantined')).body.items;
    assert.equal(bad.code, 'truncated');
    assert.equal(bad.reason, 'it is cut off');
  }));

test('queries that do not fit are refused with each fault named', () =>
  withApi(async (api) => {
    const { status, headers, body } = await api.ask('/api/files?state=lost&limit=501&colour=red');
    assert.equal(status, 422);
    assert.match(String(headers['content-type']), /^application\/problem\+json/);
    assert.deepEqual(body.errors.map((each: { path: string }) => each.path).sort(), ['', 'limit', 'state']);
    assert.match(JSON.stringify(body.errors), /must not have .*colour/);
    assert.equal(body.status, 422);
    assert.equal(body.instance, '/api/files');
    for (const cursor of [
      'x',
      '%27',
      Buffer.from('["a"]').toString('base64url'),
      Buffer.from('"0"').toString('base64url'),
    ]) {
      assert.equal((await api.ask(`/api/files?cursor=${cursor}`)).status, 422, cursor);
    }
    for (const limit of ['0', '-1', '1.5', 'many', '']) {
      assert.equal((await api.ask(`/api/files?limit=${limit}`)).status, 422, limit);
    }
  }));

test('a file is shown with its versions, runs, rejects, and where its rows are', () =>
  withApi(async (api) => {
    const old = await seedFile(api.pool, { path: 'v.json', version: 1, current: false, state: 'superseded' });
    const runId = '01900000-0000-7000-8000-000000000001';
    await api.pool.query(
      `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts, attempt)
       VALUES ($1, $1, 'load-objects-detection', 'loads', 'succeeded', 'watcher', '{}', 5, 1)`,
      [runId],
    );
    await api.pool.query(`INSERT INTO ops.worker (id, host, pid) VALUES ('w1', 'mill', 42)`);
    await api.pool.query(
      `INSERT INTO ops.attempt (run_id, number, state, worker_id) VALUES ($1, 1, 'succeeded', 'w1')`,
      [runId],
    );
    const id = await seedFile(api.pool, {
      path: 'v.json',
      version: 2,
      sha256: 'e'.repeat(64),
      runId,
      attempt: 1,
      rows: 6,
    });
    await api.pool.query(`INSERT INTO ops.run_file VALUES ($1, $2, 0, 'loaded', NULL)`, [runId, id]);
    await api.pool.query(
      `INSERT INTO ops.reject SELECT $1, n, 'bad', '{}', n * 3::bigint FROM generate_series(1, 150) n`,
      [id],
    );
    const copy = await seedFile(api.pool, { path: 'copy.json', sha256: 'e'.repeat(64), state: 'duplicate' });
    await api.pool.query('UPDATE ops.file SET duplicate_of_id = $1 WHERE id = $2', [id, copy]);

    const { status, body } = await api.ask(`/api/files/${id}`);
    assert.equal(status, 200);
    assert.deepEqual(
      body.versions.map((each: { id: string }) => each.id),
      [id, old],
    );
    assert.deepEqual(
      body.runs.map((run: { id: string; outcome: string }) => [run.id, run.outcome]),
      [[runId, 'loaded']],
    );
    assert.deepEqual(body.decidedBy, { runId, attempt: 1, worker: { id: 'w1', host: 'mill', pid: 42 } });
    assert.equal(body.rejected.length, 100);
    assert.deepEqual(body.rejected[1], { ordinal: 2, byteOffset: 6, reason: 'bad', content: '{}' });
    assert.deepEqual(body.links, {
      self: `/api/files/${id}`,
      rows: `/api/objects-detection?fileId=${id}`,
      changes: `/api/files/${id}/changes`,
      content: `/api/files/${id}/content`,
      preview: `/api/files/${id}/preview`,
    });
    assert.deepEqual((await api.ask(`/api/files/${copy}`)).body.duplicateOf, { id, path: 'v.json' });
    assert.deepEqual(
      (await api.ask(`/api/files?runId=${runId}`)).body.items.map((f: { id: string }) => f.id),
      [id],
    );

    const run = (await api.ask(`/api/runs/${runId}`)).body;
    assert.equal(run.fileCount, 1);
    assert.equal(run.files[0].path, 'v.json');
    assert.deepEqual(run.attempts[0].worker, { id: 'w1', host: 'mill', pid: 42 });
  }));

test('ids that name nothing are 404, whatever they look like', () =>
  withApi(async (api) => {
    for (const id of ['999999', '0', '-1', 'abc', '9'.repeat(30), '..%2f..%2fetc', "1'--"]) {
      for (const [method, url] of [
        ['GET', `/api/files/${id}`],
        ['POST', `/api/files/${id}/replay`],
        ['POST', `/api/files/${id}/discard`],
      ] as const) {
        const { status, body } = await api.ask(url, { method });
        assert.equal(status, 404, `${method} ${url}`);
        assert.equal(body.title, 'Not Found');
      }
    }
  }));

test('a replay sends a hashed file back to settled, one that was quarantined alone, and one without a hash to arriving', () =>
  withApi(async (api) => {
    for (const [state, sha256, then, alone] of [
      ['quarantined', 'a'.repeat(64), 'settled', true],
      ['quarantined', null, 'arriving', true],
      ['duplicate', 'b'.repeat(64), 'settled', false],
      ['discarded', 'c'.repeat(64), 'settled', false],
    ] as const) {
      const id = await seedFile(api.pool, { path: `${state}-${then}`, state, sha256, code: 'x', reason: 'was bad' });
      const { status, body } = await api.ask(`/api/files/${id}/replay`, { method: 'POST' });
      assert.equal(status, 202);
      assert.equal(body.state, then);
      assert.equal(body.reason, null);
      const { rows } = await api.pool.query('SELECT alone FROM ops.file WHERE id = $1', [id]);
      assert.equal(rows[0].alone, alone, state);
    }
  }));

test('a replay of a loaded file starts one run for it, and a second while that is open is refused', () =>
  withApi(async (api) => {
    const id = await seedFile(api.pool, { path: 'objects_detection.json' });
    const { status, body } = await api.ask(`/api/files/${id}/replay`, { method: 'POST' });
    assert.equal(status, 202);
    assert.equal(body.state, 'loaded');
    assert.equal(body.runs.length, 1);
    assert.equal(body.runs[0].trigger, 'replay');
    assert.equal(body.runs[0].task, 'load-objects-detection');
    const again = await api.ask(`/api/files/${id}/replay`, { method: 'POST' });
    assert.equal(again.status, 409);
    assert.match(again.body.detail, new RegExp(body.runs[0].id));
  }));

test('a replay or discard that the state does not allow is 409 and changes nothing', () =>
  withApi(async (api) => {
    for (const state of ['arriving', 'settled', 'loading', 'superseded', 'ignored']) {
      const id = await seedFile(api.pool, { path: state, state, source: state === 'ignored' ? null : 'images' });
      const { status, body } = await api.ask(`/api/files/${id}/replay`, { method: 'POST' });
      assert.equal(status, 409, state);
      assert.match(body.detail, new RegExp(state));
      assert.equal((await api.ask(`/api/files/${id}`)).body.state, state);
    }
    for (const state of [
      'arriving',
      'settled',
      'loading',
      'loaded',
      'duplicate',
      'superseded',
      'ignored',
      'discarded',
    ]) {
      const id = await seedFile(api.pool, { path: `d-${state}`, state, sha256: `${state}`.padEnd(64, '1') });
      assert.equal((await api.ask(`/api/files/${id}/discard`, { method: 'POST' })).status, 409, state);
    }
    const old = await seedFile(api.pool, { path: 'old', state: 'quarantined', current: false });
    assert.equal((await api.ask(`/api/files/${old}/replay`, { method: 'POST' })).status, 409);
  }));

test('a quarantined file can be discarded, keeps its reason, and can still be replayed', () =>
  withApi(async (api) => {
    const id = await seedFile(api.pool, { path: 'bad.jpg', source: 'images', state: 'quarantined', reason: 'cut off' });
    const { status, body } = await api.ask(`/api/files/${id}/discard`, { method: 'POST' });
    assert.equal(status, 202);
    assert.equal(body.state, 'discarded');
    assert.equal(body.reason, 'cut off');
    assert.equal((await api.ask(`/api/files/${id}/replay`, { method: 'POST' })).body.state, 'settled');
  }));
