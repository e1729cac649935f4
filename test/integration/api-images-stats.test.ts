import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transaction } from '#database/pool.js';
import { imageStats } from '#database/queries/image-stats.js';
import { HttpProblem } from '../../apps/api/http/problem.js';
import { refuseSlowQuery } from '../../apps/api/http/slow-query.js';
import { withApi } from './api-fixture.js';
import { seedImage } from './api-images-fixture.js';

test('figures count pictures per number of faces, size, model and day, and percentages are of all of them', () =>
  withApi(async (api) => {
    const kinds = [
      { faces: 0, width: 612, height: 408 },
      { faces: 3, width: 612, height: 408 },
      { faces: 1, width: 400, height: 612, model: 'old', day: '2026-11-18' },
      { faces: 1, width: 4000, height: 3000, day: '2026-11-18' },
      { faces: 1, width: 612, height: 408, day: '2026-11-18' },
      { faces: 8, width: 20000, height: 8000, day: '2026-11-18' },
    ];
    for (const [n, kind] of kinds.entries()) await seedImage(api.pool, { name: `${n}`, ...kind });
    const { status, body } = await api.ask('/api/images/stats');
    assert.equal(status, 200);
    assert.deepEqual([body.pictures, body.faces, body.meanFaces, body.mostFaces], [6, 14, 2.33, 8]);
    assert.deepEqual(body.byFaces, [
      { faceNo: 0, pictures: 1, percent: 16.67 },
      { faceNo: 1, pictures: 3, percent: 50 },
      { faceNo: 3, pictures: 1, percent: 16.67 },
      { faceNo: 8, pictures: 1, percent: 16.67 },
    ]);
    assert.deepEqual(body.moreFaces, { pictures: 0, percent: 0, faces: 0 });
    assert.deepEqual(body.commonSizes, [
      { width: 612, height: 408, pictures: 3, percent: 50, faces: 4, meanFaces: 1.33, mostFaces: 3 },
      { width: 400, height: 612, pictures: 1, percent: 16.67, faces: 1, meanFaces: 1, mostFaces: 1 },
      { width: 4000, height: 3000, pictures: 1, percent: 16.67, faces: 1, meanFaces: 1, mostFaces: 1 },
      { width: 20000, height: 8000, pictures: 1, percent: 16.67, faces: 8, meanFaces: 8, mostFaces: 8 },
    ]);
    assert.deepEqual(body.byMegapixels, [
      { from: 0.125, to: 0.25, pictures: 4, percent: 66.67, faces: 5, meanFaces: 1.25, mostFaces: 3 },
      { from: 8, to: 16, pictures: 1, percent: 16.67, faces: 1, meanFaces: 1, mostFaces: 1 },
      { from: 128, to: null, pictures: 1, percent: 16.67, faces: 8, meanFaces: 8, mostFaces: 8 },
    ]);
    assert.deepEqual(body.byModel, [
      { model: 'new', pictures: 5, percent: 83.33, faces: 13, meanFaces: 2.6, mostFaces: 8 },
      { model: 'old', pictures: 1, percent: 16.67, faces: 1, meanFaces: 1, mostFaces: 1 },
    ]);
    assert.deepEqual(
      body.byDay.map((day: { impDate: string; pictures: number }) => [day.impDate, day.pictures]),
      [
        ['2026-11-20', 2],
        ['2026-11-18', 4],
      ],
    );
    const filtered = (await api.ask('/api/images/stats?model=old')).body;
    assert.deepEqual(filtered.byFaces, [{ faceNo: 1, pictures: 1, percent: 100 }]);
    assert.deepEqual(filtered.widths, [{ from: 400, to: 400, pictures: 1 }]);
  }));

test('histograms of width and height have at most 20 spans that hold each picture once', () =>
  withApi(async (api) => {
    const widths = [1, 2, 20, 21, 22, 399, 400, 401, 1000];
    for (const width of widths) await seedImage(api.pool, { name: `${width}`, width, height: 10 + (width % 3) });
    const { body } = await api.ask('/api/images/stats');
    type Span = { from: number; to: number; pictures: number };
    const spans: Span[] = body.widths;
    assert.equal(spans.length, 20);
    assert.equal(spans[0]?.from, 1);
    for (const [n, { from, to, pictures }] of spans.entries()) {
      assert.equal(spans[n + 1]?.from ?? to + 1, to + 1);
      assert.equal(pictures, widths.filter((width) => width >= from && width <= to).length, `${from} to ${to}`);
    }
    assert.ok((spans.at(-1)?.to ?? 0) >= 1000);
    assert.deepEqual(
      body.heights.map((span: Span) => [span.from, span.to, span.pictures]),
      [
        [10, 10, 2],
        [11, 11, 4],
        [12, 12, 3],
      ],
    );
  }));

test('beyond 50 different numbers of faces the rest is summed up, so that percentages still make 100', () =>
  withApi(async (api) => {
    await seedImage(api.pool, { name: 'none' });
    await api.pool.query(
      `INSERT INTO dwd.image SELECT n + 1000, '2026-11-20', n, '', '', 612, 408, n, 'jpeg', 'new', 0.7
       FROM generate_series(1, 59) n`,
    );
    const { body } = await api.ask('/api/images/stats');
    assert.equal(body.byFaces.length, 50);
    assert.equal(body.byFaces.at(-1).faceNo, 49);
    const rest = Array.from({ length: 10 }, (_, n) => 50 + n);
    assert.deepEqual(body.moreFaces, { pictures: 10, faces: rest.reduce((sum, n) => sum + n), percent: 16.67 });
    const percents: number[] = body.byFaces.map((each: { percent: number }) => each.percent);
    const sum = percents.reduce((a, b) => a + b, body.moreFaces.percent);
    assert.ok(Math.abs(sum - 100) < 51 * 0.005, `${sum}`);
  }));

test('without pictures all figures are there and empty', () =>
  withApi(async (api) => {
    const { status, body } = await api.ask('/api/images/stats?name=nothing');
    assert.equal(status, 200);
    assert.deepEqual(body, {
      pictures: 0,
      faces: 0,
      meanFaces: null,
      mostFaces: null,
      byFaces: [],
      moreFaces: { pictures: 0, percent: 0, faces: 0 },
      commonSizes: [],
      byMegapixels: [],
      widths: [],
      heights: [],
      byModel: [],
      byDay: [],
    });
    assert.equal((await api.ask('/api/images/stats?sort=name')).status, 422);
  }));

test('figures that take too long are given up, with words that say how to ask for less', () =>
  withApi(async (api) => {
    await transaction(api.pool, async (tx) => {
      await tx.query('LOCK TABLE dwd.image IN ACCESS EXCLUSIVE MODE');
      await assert.rejects(refuseSlowQuery(imageStats(api.pool, {}, 20), 'ask for fewer days'), (error) => {
        assert.ok(error instanceof HttpProblem);
        assert.equal(error.status, 503);
        assert.match(error.message, /took too long .*; ask for fewer days/);
        return true;
      });
    });
  }));
