import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, seedFile, type TestApi, withApi } from './api-fixture.js';

const post = (api: TestApi, url: string, body: unknown): Promise<Answer> => api.ask(url, { method: 'POST', body });
const reasons = async (api: TestApi): Promise<[string, string, number][]> =>
  (await api.ask('/api/files/reasons')).body.items.map(({ source, code, count }: Answer['body']) => [
    source,
    code,
    count,
  ]);

test('quarantined files are grouped by source and code, counted first, and replayed or discarded together', () =>
  withApi(async (api) => {
    const bad = (path: string, more: object = {}): Promise<string> =>
      seedFile(api.pool, { path, state: 'quarantined', code: 'not-json', reason: `${path} is no JSON`, ...more });
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) ids.push(await bad(`day/${n}.json`));
    const unhashed = await bad('day_5.json', { sha256: null, code: 'gone' });
    const image = await bad('a.jpg', { source: 'images' });
    await bad('old.json', { current: false });
    await seedFile(api.pool, { path: 'good.json' });

    const listed = await api.ask('/api/files/reasons');
    assert.equal(listed.status, 200);
    const { lastAt, ...first } = listed.body.items[0];
    assert.ok(Date.parse(lastAt) <= Date.now());
    assert.deepEqual(first, {
      ...{ source: 'objects-detection', code: 'not-json', count: 4, bytes: 400 },
      example: { fileId: ids[3], path: 'day/3.json', reason: 'day/3.json is no JSON' },
    });
    assert.deepEqual((await reasons(api)).slice(1).sort(), [
      ['images', 'not-json', 1],
      ['objects-detection', 'gone', 1],
    ]);
    assert.deepEqual(
      (await api.ask('/api/files?state=quarantined&code=gone')).body.items.map(({ id }: { id: string }) => id),
      [unhashed],
    );

    const filter = { source: 'objects-detection', code: 'not-json', path: 'day/' };
    const dry = await post(api, '/api/files/replay', { ...filter, dryRun: true });
    assert.deepEqual(dry.body, { matched: 4, changed: 0, remaining: 4, refused: [] });
    assert.equal((await api.ask('/api/actions')).body.items.length, 0);
    const replayed = await post(api, '/api/files/replay', filter);
    assert.deepEqual(replayed.body, { matched: 4, changed: 4, remaining: 0, refused: [] });
    const { rows } = await api.pool.query(
      'SELECT DISTINCT state, alone, code, waiting FROM ops.file WHERE id = ANY ($1)',
      [ids],
    );
    assert.deepEqual(rows, [{ state: 'settled', alone: true, code: null, waiting: false }]);
    const changes = (await api.ask(`/api/files/${ids[0]}/changes`)).body.items;
    assert.deepEqual([changes[0].state, changes[1].state, changes[1].actor], ['quarantined', 'settled', 'local']);

    assert.equal((await post(api, '/api/files/replay', { path: '*_5.json' })).body.changed, 1);
    assert.equal((await api.ask(`/api/files/${unhashed}`)).body.state, 'arriving');
    const discarded = await post(api, '/api/files/discard', { state: 'quarantined' });
    assert.deepEqual(discarded.body, { matched: 1, changed: 1, remaining: 0, refused: [] });
    assert.equal((await api.ask(`/api/files/${image}`)).body.state, 'discarded');
    assert.deepEqual(await reasons(api), [], 'what is left is an old version');

    const [last, , oldest] = (await api.ask('/api/actions')).body.items;
    assert.deepEqual(
      [last.action, last.subject, last.detail, last.status],
      ['discard-files', 'files', { filter: { state: 'quarantined' }, matched: 1, changed: 1, remaining: 0 }, 200],
    );
    assert.deepEqual(oldest.detail, { filter, matched: 4, changed: 4, remaining: 0 });
    for (const action of ['replay', 'discard']) {
      const all = await post(api, `/api/files/${action}`, {});
      assert.equal(all.status, 422);
      assert.match(all.body.detail, /must name at least one of state, source, code, path/);
      assert.equal((await post(api, `/api/files/${action}`, { state: 'loaded' })).status, 422);
    }
  }));

test('one request takes 10,000 files, and says how many remain and which were not quarantined any more', () =>
  withApi(async (api) => {
    await api.pool.query(
      `INSERT INTO ops.file (path, source, state, sha256, size, mtime_ns, code)
       SELECT n || '.json', 'objects-detection', 'quarantined', lpad(n::text, 64, '0'), 1, 1, 'not-json' FROM generate_series(1, 10003) n`,
    );
    // As if another person had been faster with two of them.
    await api.pool.query(`
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER keep BEFORE UPDATE ON ops.file FOR EACH ROW WHEN (old.path IN ('7.json', '8.json')) EXECUTE FUNCTION keep()`);
    const { body } = await post(api, '/api/files/replay', { code: 'not-json' });
    assert.deepEqual([body.matched, body.changed, body.remaining, body.refused.length], [10_003, 9_998, 3, 2]);
    assert.match(body.refused[0].reason, /^file \d+ is quarantined by now; expected a quarantined one$/);
  }));
