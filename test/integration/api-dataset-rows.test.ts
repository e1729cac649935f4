import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, readAll } from './api-fixture.js';
import { loadProbes, probeRows, withDatasets, withoutRun } from './dataset-fixture.js';
import { empty, exact, manyProbes } from './probes-fixture.js';

test('rows of a declared source are read as they stand in its files, of every type, with file, position and run', () =>
  withDatasets(async (api) => {
    const expected = await loadProbes(api, [exact, empty]);
    const { status, body } = await api.ask(probeRows);
    assert.equal(status, 200);
    assert.deepEqual(body.items.map(withoutRun), expected);
    assert.equal(body.nextCursor, null);
    const file = (await api.ask(`/api/files/${expected[0].fileId}`)).body;
    assert.equal(body.items[0].runId, file.runId);
    assert.equal(file.links.rows, `${probeRows}?fileId=${file.id}`);
    assert.deepEqual((await api.ask(file.links.rows)).body, body);
  }));

test('each filter leaves the rows that fit it, and several those that fit all of them', () =>
  withDatasets(async (api) => {
    const all = await loadProbes(api, [exact, empty, ...manyProbes(60, 3)], manyProbes(60, 5));
    const isTime = (from: string, to: string) => (row: Answer['body']) => row.takenAt >= from && row.takenAt <= to;
    const number = (text: unknown) => (text === null ? Number.NaN : Number(text));
    const cases: [query: string, fits: (row: Answer['body']) => boolean][] = [
      ['label=a', ({ label }) => label === 'a'],
      ['label=', ({ label }) => label === ''],
      ['labelContains=XAC', ({ label }) => label === 'exact'],
      ['takenAt=2026-05-01T06:00:00.000001Z', ({ takenAt }) => takenAt === exact.takenAt],
      ['takenAt=2026-05-01T08:00:00.000001%2B02:00', ({ takenAt }) => takenAt === exact.takenAt],
      ['takenAtFrom=2026-05-01', isTime('2026-05-01', '2027')],
      ['takenAtTo=2026-05-01', isTime('2026', '2026-05-02')],
      ['takenAtFrom=2026-05-01T06:00:00.000001Z&takenAtTo=2026-05-01', ({ takenAt }) => takenAt === exact.takenAt],
      ['celsius=0.1', ({ celsius }) => celsius === 0.1],
      ['celsius=1e300', ({ celsius }) => celsius === 1e300],
      ['celsiusMin=-0.1&celsiusMax=1.5', ({ celsius }) => [-0.1, 0.1, 1.5, -5e-324].includes(celsius)],
      [`amount=${exact.amount}`, ({ amount }) => amount === exact.amount],
      ['amount=10', ({ amount }) => amount === '10.0000000000'],
      ['amountMin=9&amountMax=10', ({ amount }) => number(amount) >= 9 && number(amount) <= 10],
      ['amountMax=-12345678901234567.0000000001', ({ amount }) => number(amount) < 0],
      ['amountMax=-12345678901234567.0000000002', () => false],
      ['bigCount=9007199254740993', ({ bigCount }) => bigCount === '9007199254740993'],
      ['bigCountMin=9007199254740993', ({ bigCount }) => bigCount !== null && BigInt(bigCount) > 9007199254740992n],
      ['bigCountMax=-9223372036854775808', ({ bigCount }) => bigCount === '-9223372036854775808'],
      ['count=0', ({ count }) => count === 0],
      ['countMin=9&countMax=10', ({ count }) => count === 9 || count === 10],
      [`serialNo=${exact.serialNo?.toUpperCase()}`, ({ serialNo }) => serialNo === exact.serialNo],
      ['day=0001-01-01', ({ day }) => day === '0001-01-01'],
      ['dayFrom=2000-01-01&dayTo=2024-02-29', ({ day }) => day === '2024-02-29'],
      ['atTime=06:30:00.5', ({ atTime }) => atTime === '06:30:00.5'],
      ['atTimeFrom=06:30&atTimeTo=12:00', ({ atTime }) => atTime === '06:30:00.5'],
      ['isOk=false', ({ isOk }) => isOk === false],
      ['localTime=2026-05-01T06:00:00.123456', ({ localTime }) => localTime === exact.localTime],
      ['localTimeFrom=2026-05-01T06:00:00.000001', ({ localTime }) => localTime === exact.localTime],
      [`fileId=${all[0].fileId}`, ({ fileId }) => fileId === all[0].fileId],
      ['fileId=424242', () => false],
      [
        'isOk=true&label=b&countMin=0',
        ({ isOk, label, count }) => isOk && label === 'b' && count !== null && count >= 0,
      ],
    ];
    for (const [query, fits] of cases) {
      const found = (await readAll(api, `${probeRows}?${query}`, 50)).map(withoutRun);
      assert.deepEqual(found, all.filter(fits), query);
      if (fits.length > 0) assert.ok(found.length > 0, `${query} is to leave some rows`);
    }
  }));

test('hostile texts are values, whichever parameter they stand in', () =>
  withDatasets(async (api) => {
    const labels = [
      `x' OR '1'='1`,
      '100%',
      '100 per cent',
      'a_b',
      'aXb',
      '\\',
      `"; DROP TABLE lab.probe; --`,
      '$1',
      'ä💡',
    ];
    await loadProbes(
      api,
      labels.map((label) => ({ ...empty, label })),
    );
    const find = async (parameter: string, text: string) =>
      (await readAll(api, `${probeRows}?${parameter}=${encodeURIComponent(text)}`, 2)).map(({ label }) => label);
    for (const label of labels) {
      assert.deepEqual(await find('label', label), [label]);
      assert.deepEqual(await find('labelContains', label), [label]);
    }
    assert.deepEqual(await find('labelContains', '%'), ['100%']);
    assert.deepEqual(await find('labelContains', '_'), ['a_b']);
    assert.deepEqual(await find('labelContains', 'Ä'), ['ä💡']);
    assert.deepEqual(await find('label', `' OR true --`), []);
    const paged = await readAll(api, `${probeRows}?sort=-label`, 1);
    assert.equal(new Set(paged.map(({ label }) => label)).size, labels.length);
    for (const query of ['label=%00', 'labelContains=a%00', 'sort=label%00', 'cursor=%00', 'serialNo=%00']) {
      assert.equal((await api.ask(`${probeRows}?${query}`)).status, 422, query);
    }
  }));

test('what is no filter, order, value or cursor is 422 and named, with what there is', () =>
  withDatasets(async (api) => {
    await loadProbes(api, manyProbes(10, 1));
    const cases: [query: string, path: string, words: RegExp][] = [
      ['altitude=3', '', /must not have "altitude"/],
      ['taken_at=2026-05-01', '', /must not have "taken_at"/],
      ['labelMin=a', '', /must not have "labelMin"/],
      ['sort=altitude', 'sort', /allowed values: fileId, -fileId, label, -label, takenAt, -takenAt, celsius/],
      ['sort=taken_at', 'sort', /allowed values/],
      ['label=a&label=b', 'label', /must be string/],
      ['takenAtFrom=yesterday', 'takenAtFrom', /must be a date or an ISO-8601 time.*got "yesterday"/],
      ['takenAt=2026-02-30', 'takenAt', /must be a date/],
      ['celsiusMin=warm', 'celsiusMin', /must be a number like -12\.5 or 1e9; got "warm"/],
      ['celsius=1e999', 'celsius', /must be a number/],
      ['amount=1e3', 'amount', /must be a decimal number.*without exponent/],
      ['bigCount=9223372036854775808', 'bigCount', /must be an integer from -9223372036854775808 to/],
      ['count=2147483648', 'count', /must be <= 2147483647/],
      ['count=1.5', 'count', /must be integer/],
      ['serialNo=7', 'serialNo', /must be a UUID/],
      ['day=2023-02-29', 'day', /must be a date like/],
      ['atTimeTo=24:00', 'atTimeTo', /must be a time of day/],
      ['isOk=yes', 'isOk', /must be boolean/],
      ['fileId=first', 'fileId', /./],
      ['limit=501', 'limit', /500/],
      ['cursor=bm8', 'cursor', /nextCursor/],
    ];
    for (const [query, path, words] of cases) {
      const { status, body } = await api.ask(`${probeRows}?${query}`);
      assert.equal(status, 422, query);
      assert.equal(body.errors[0].path, path, query);
      assert.match(body.errors[0].message, words, query);
    }
    const both = await api.ask(`${probeRows}?day=never&amount=much`);
    assert.deepEqual(
      both.body.errors.map(({ path }: { path: string }) => path),
      ['amount', 'day'],
    );
    const { nextCursor } = (await api.ask(`${probeRows}?sort=label&limit=1`)).body;
    assert.equal((await api.ask(`${probeRows}?sort=-label&cursor=${nextCursor}`)).status, 422);
    const forge = (position: unknown) => Buffer.from(JSON.stringify(position)).toString('base64url');
    for (const position of [
      ['takenAt', ['never', '1', '1']],
      ['takenAt', ['2026-05-01T06:00:00Z', '1']],
      ['takenAt', ['2026-05-01T06:00:00Z', '99999999999999999999', '1']],
      ['takenAt', [{}, '1', '1']],
      ['takenAt', ['2026-05-01T06:00:00Z\0', '1', '1']],
    ]) {
      assert.equal(
        (await api.ask(`${probeRows}?sort=takenAt&cursor=${forge(position)}`)).status,
        422,
        JSON.stringify(position),
      );
    }
    assert.equal((await api.ask(`${probeRows}?cursor=${forge(['fileId', ["1'; --"]])}`)).status, 422);
  }));

test('a question that the database cannot answer in time is 503, which says what to ask by', () =>
  withDatasets(async (api) => {
    const lock = await api.pool.connect();
    try {
      await lock.query('BEGIN; LOCK TABLE lab.probe IN ACCESS EXCLUSIVE MODE');
      const { status, body, headers } = await api.ask(`${probeRows}?sort=celsius`);
      assert.equal(status, 503);
      assert.match(
        body.detail,
        /took too long .*; ask for fewer rows by label, takenAt, takenAtFrom, takenAtTo, celsius,/,
      );
      assert.equal(headers['retry-after'], '30');
    } finally {
      await lock.query('ROLLBACK');
      lock.release();
    }
  }));
