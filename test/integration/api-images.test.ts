import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { type Answer, readAll, seedFile, type TestApi, withApi } from './api-fixture.js';
import { seedImage } from './api-images-fixture.js';

const foundBy = (api: TestApi) => async (query: string) => {
  const { status, body } = await api.ask(`/api/images?${query}`);
  assert.equal(status, 200, `${query}: ${JSON.stringify(body)}`);
  return body.items.map((image: { filename: string }) => image.filename);
};

test('images come with their faces and landmarks, and with links to file, thumbnail and annotated image', () =>
  withApi(async (api) => {
    const id = await seedImage(api.pool, { name: 'two', faces: 2 });
    const none = await seedImage(api.pool, { name: 'none', day: '2026-11-19' });
    const [second, first] = (await api.ask('/api/images')).body.items;
    assert.deepEqual(first, {
      fileId: id,
      runId: null,
      path: '0/two.jpg',
      impDate: '2026-11-20',
      filename: 'two',
      md5: '0'.padStart(32, 'd'),
      sha256: '0'.repeat(64),
      width: 612,
      height: 408,
      faceNo: 2,
      format: 'jpeg',
      model: 'new',
      threshold: 0.7,
      faces: [
        { ordinal: 0, x: 0.5, y: 2, width: 30, height: 40, score: 0.9, landmarks: { nose: [1, 3.5] } },
        { ordinal: 1, x: 1.5, y: 2, width: 30, height: 40, score: 0.9, landmarks: { nose: [2, 3.5] } },
      ],
      links: {
        self: `/api/images/${id}`,
        file: `/api/files/${id}`,
        annotated: `/api/images/${id}/annotated`,
        thumbnail: `/api/images/${id}/thumbnail`,
      },
    });
    assert.equal(second.fileId, none);
    assert.deepEqual(second.faces, []);
  }));

test('images are filtered by faces, import day, size, format, model and name', () =>
  withApi(async (api) => {
    const ids: string[] = [];
    const days = ['2026-11-18', '2026-11-19', '2026-11-20'] as const;
    const kinds = [
      { name: 'Anna 100%', width: 300, height: 900, format: 'png', model: 'old' },
      { name: 'bob_1', width: 600, height: 400 },
      { name: 'bobX1', width: 900, height: 300 },
    ];
    for (const [faces, kind] of kinds.entries()) {
      ids.push(await seedImage(api.pool, { ...kind, day: days[faces] ?? '', faces }));
    }
    const found = foundBy(api);
    const [anna, bob, other] = kinds.map((kind) => kind.name);
    for (const [query, expected] of [
      ['', [other, bob, anna]],
      ['faceNo=1', [bob]],
      ['minFaces=1', [other, bob]],
      ['maxFaces=0', [anna]],
      ['from=2026-11-19&to=2026-11-19', [bob]],
      ['from=2026-11-19T08:00:00Z', [other, bob]],
      ['to=2026-11-18', [anna]],
      ['minWidth=600', [other, bob]],
      ['maxWidth=600', [bob, anna]],
      ['minHeight=400', [bob, anna]],
      ['maxHeight=399', [other]],
      ['minPixels=240001', [other, anna]],
      ['maxPixels=240000', [bob]],
      ['format=png', [anna]],
      ['model=old', [anna]],
      ['filename=bob_1', [bob]],
      ['filename=bob', []],
      ['name=BOB', [other, bob]],
      ['name=b_1', [bob]],
      ['name=0%25', [anna]],
      ['name=%25b', []],
      [`fileId=${ids[1]}`, [bob]],
      ['minFaces=1&maxWidth=600&model=new', [bob]],
    ] as const) {
      assert.deepEqual(await found(query), expected, query);
    }
    for (const query of ['minFaces=-1', 'faceNo=x', 'from=yesterday', 'minPixels=1.5', 'sort=size', 'colour=red']) {
      assert.equal((await api.ask(`/api/images?${query}`)).status, 422, query);
    }
  }));

test('each order pages to the end without a gap or a double, however many images share a key', () =>
  withApi(async (api) => {
    const names = ['b', 'a', 'ä', 'b', '\u0001'.repeat(80), 'B', 'b', '=x', ''];
    const images: { id: bigint; name: string; faces: number; pixels: number }[] = [];
    for (const [n, name] of names.entries()) {
      const width = [100, 200, 100][n % 3] ?? 0;
      const faces = n % 2;
      const day = `2026-11-1${n % 4}`;
      const id = await seedImage(api.pool, { name, width, height: 100, faces, day });
      images.push({ id: BigInt(id), name, faces, pixels: width * 100 });
    }
    // The database sorts texts by its collation, which is that of bytes here.
    const byText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
    const byId = (a: bigint, b: bigint): number => (a < b ? -1 : 1);
    const ascending = {
      oldest: images.toSorted((a, b) => byId(a.id, b.id)),
      faces: images.toSorted((a, b) => a.faces - b.faces || byId(a.id, b.id)),
      pixels: images.toSorted((a, b) => a.pixels - b.pixels || byId(a.id, b.id)),
      name: images.toSorted((a, b) => byText(a.name, b.name) || byId(a.id, b.id)),
    };
    const orders = Object.entries(ascending).flatMap(([sort, rows]) => [
      { sort, rows },
      { sort: sort === 'oldest' ? 'newest' : `-${sort}`, rows: rows.toReversed() },
    ]);
    for (const { sort, rows } of orders) {
      for (const limit of [1, 2, 100]) {
        assert.deepEqual(
          (await readAll(api, `/api/images?sort=${sort}`, limit)).map((image) => image.fileId),
          rows.map((image) => String(image.id)),
          `${sort}, pages of ${limit}`,
        );
      }
    }
    assert.deepEqual(
      (await readAll(api, '/api/images?sort=-name&faceNo=0', 2)).map((image) => image.fileId),
      ascending.name.toReversed().flatMap((image) => (image.faces === 0 ? [String(image.id)] : [])),
    );
  }));

test('a cursor of another order, or one that was made up, is refused with words', () =>
  withApi(async (api) => {
    for (const name of ['a', 'b']) await seedImage(api.pool, { name });
    const { nextCursor } = (await api.ask('/api/images?sort=name&limit=1')).body;
    const crossed = await api.ask(`/api/images?sort=-name&cursor=${nextCursor}`);
    assert.equal(crossed.status, 422);
    assert.match(crossed.body.detail, /belongs to the order name, but -name is asked for/);
    assert.equal((await api.ask(`/api/images?cursor=${nextCursor}`)).status, 422);
    const forge = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url');
    for (const position of [
      ['faces', 'x', '1'],
      ['faces', '1', 'x'],
      ['pixels', '', '1'],
      ['newest', '1', '1'],
      ['size', '', '1'],
      'faces',
      null,
    ]) {
      const { status } = await api.ask(`/api/images?sort=faces&cursor=${forge(position)}`);
      assert.equal(status, 422, JSON.stringify(position));
    }
    const nul = await api.ask(`/api/images?sort=name&cursor=${forge(['name', 'a\0', '1'])}`);
    assert.equal(nul.status, 422);
  }));

test('one image says its file, its runs, and the attempt and worker that made it', () =>
  withApi(async (api) => {
    const id = await seedImage(api.pool, { name: 'one', day: '2026-11-01', faces: 1 });
    const runId = randomUUID();
    await api.pool.query(
      `INSERT INTO ops.run (id, task, queue, state, trigger, input, root_id, max_attempts)
       VALUES ($1, 'detect-faces', 'pictures', 'succeeded', 'watcher', '{}', $1, 3)`,
      [runId],
    );
    await api.pool.query(`INSERT INTO ops.worker (id, host, pid) VALUES ('w', 'here', 7)`);
    await api.pool.query(
      `INSERT INTO ops.attempt (run_id, number, state, worker_id) VALUES ($1, 1, 'succeeded', 'w')`,
      [runId],
    );
    await api.pool.query(`INSERT INTO ops.run_file (run_id, file_id, ordinal, outcome) VALUES ($1, $2, 0, 'loaded')`, [
      runId,
      id,
    ]);
    await api.pool.query(`UPDATE ops.file SET run_id = $1, attempt = 1 WHERE id = $2`, [runId, id]);
    const { status, body }: Answer = await api.ask(`/api/images/${id}`);
    assert.equal(status, 200);
    assert.equal(body.filename, 'one');
    assert.equal(body.faces.length, 1);
    assert.deepEqual(body.file, { id, version: 1, current: true, size: 100, seenAt: '2026-11-01T23:59:59.999Z' });
    assert.deepEqual(body.runs, [
      { id: runId, task: 'detect-faces', state: 'succeeded', outcome: 'loaded', endedAt: null },
    ]);
    assert.deepEqual(body.decidedBy, { runId, attempt: 1, worker: { id: 'w', host: 'here', pid: 7 } });
  }));

test('an image that is not there is 404 in words: no file, a file without an image, no id at all', () =>
  withApi(async (api) => {
    const bad = await seedFile(api.pool, { path: 'bad.jpg', source: 'images', state: 'quarantined' });
    const of = async (id: string) => {
      const { status, body } = await api.ask(`/api/images/${id}`);
      return [status, body.detail];
    };
    assert.deepEqual(await of('4242'), [404, 'no file has the id 4242']);
    assert.deepEqual(await of(bad), [
      404,
      `file ${bad} has no record of an image; /api/files/${bad} says what became of it`,
    ]);
    assert.equal((await of('x'))[0], 404);
  }));

test('texts of users are values, never SQL', () =>
  withApi(async (api) => {
    await seedImage(api.pool, { name: `x' OR '1'='1` });
    await seedImage(api.pool, { name: 'other' });
    const found = foundBy(api);
    assert.deepEqual(await found(`filename=${encodeURIComponent(`x' OR '1'='1`)}`), [`x' OR '1'='1`]);
    assert.deepEqual(await found(`name=${encodeURIComponent(`' OR '1'='1`)}`), [`x' OR '1'='1`]);
    assert.deepEqual(await found(`model=${encodeURIComponent("'; DROP TABLE dwd.image; --")}`), []);
    assert.equal((await api.ask('/api/images?name=%00')).status, 422);
  }));
