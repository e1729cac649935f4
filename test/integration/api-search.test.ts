import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, seedFile, withApi } from './api-fixture.js';

test('runs, files, tasks, datasets, schedules and workers are found by what people know of them, the best first', () =>
  withApi(async (api) => {
    const runs: string[] = [];
    for (const [task, key, labels] of [
      ['count-rows', 'order 17%', {}],
      ['count-rows', null, { team: 'Fleet', tier: 'a_b' }],
      ['flow', null, {}],
    ]) {
      const id = `01900000-0000-7000-8000-00000000000${runs.length}`;
      runs.push(id);
      await api.pool.query(
        `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts, idempotency_key, labels)
         VALUES ($1, $1, $2, 'loads', 'queued', 'api', '{}', 5, $3, $4)`,
        [id, task, key, labels],
      );
    }
    const file = await seedFile(api.pool, { path: 'day/2023-01-01/Part-17_a.json' });
    const second = await seedFile(api.pool, { path: 'part-170.json' });
    await seedFile(api.pool, { path: 'part-17_a.json', version: 1, current: false, state: 'superseded' });
    await api.pool.query(`INSERT INTO ops.worker (id, host, pid) VALUES ('w/1', 'mill-a', 42), ('w2', 'other', 43)`);
    const schedule = { name: 'nightly-count', task: 'count-rows', input: {}, cron: '0 3 * * *' };
    const made = await api.ask('/api/schedules', { method: 'POST', body: schedule });
    assert.equal(made.status, 201, JSON.stringify(made.body));

    const hits = async (q: string): Promise<Answer['body'][]> => {
      const { status, body } = await api.ask(`/api/search?q=${encodeURIComponent(q)}`);
      assert.equal(status, 200, JSON.stringify(body));
      return body.items;
    };
    const [keyed = '', labelled = '', last = ''] = runs;
    const expected: [string, string[]][] = [
      [last, [`/runs/${last}`]],
      [last.replaceAll('-', '').toUpperCase(), [`/runs/${last}`]],
      [last.slice(0, 8), [...runs].reverse().map((id) => `/runs/${id}`)],
      ['order 17%', [`/runs/${keyed}`]],
      ['order 17_', []],
      ['fleet', [`/runs/${labelled}`]],
      ['tier:A_B', [`/runs/${labelled}`]],
      ['tier:a%b', []],
      [file, [`/files/${file}`]],
      ['day/2023-01-01/Part-17_a.json', [`/files/${file}`]],
      ['  PART-17', [`/files/${second}`, `/files/${file}`]],
      ['part-17_', [`/files/${file}`]],
      ['Nightly', ['/schedules/nightly-count']],
      ['MILL', ['/workers/w%2F1']],
      ['w2', ['/workers/w2']],
      ["'; --", []],
    ];
    for (const [q, paths] of expected) {
      const found = (await hits(q)).filter(({ kind }) => kind !== 'task' && kind !== 'dataset');
      assert.deepEqual(
        found.map(({ path }) => path),
        paths,
        q,
      );
    }

    const counted = await hits('count-rows');
    assert.deepEqual(
      counted.map(({ kind, id }) => [kind, id]),
      [
        ['task', 'count-rows'],
        ['schedule', 'nightly-count'],
        ['run', labelled],
        ['run', keyed],
      ],
      'what is called so, then what has to do with it',
    );
    assert.deepEqual(counted[1], {
      ...{ kind: 'schedule', id: 'nightly-count', title: 'nightly-count', path: '/schedules/nightly-count' },
      detail: 'runs count-rows at 0 3 * * *',
    });
    assert.match(counted[2].detail, /^queued, recorded \S+, team:Fleet, tier:a_b$/);
    const loads = await hits('load');
    assert.deepEqual(
      loads.slice(0, 4).map(({ title }) => title.slice(0, 5)),
      Array(4).fill('load-'),
    );
    assert.ok((await hits('faces images')).some(({ kind, id }) => kind === 'task' && id === 'detect-faces'));
    assert.ok((await hits('vehicle_status')).some(({ kind, id }) => kind === 'dataset' && id === 'vehicle-status'));
    assert.equal(
      (await api.ask('/api/search?q=load&limit=1')).body.items.filter((hit: Answer['body']) => hit.kind === 'task')
        .length,
      1,
    );
    for (const wrong of ['', '?q=', '?q=%20', '?q=a&limit=21', `?q=${'x'.repeat(501)}`]) {
      assert.equal((await api.ask(`/api/search${wrong}`)).status, 422, wrong);
    }
  }));
