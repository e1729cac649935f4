import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, readAll, type TestApi, withApi } from './api-fixture.js';
import { type Detection, type FleetFacts, instant, loadSamples, withFleet } from './fleet-fixture.js';

const grainMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

const msOf = (at: bigint): number => Number(at / 1000n);
const dayOf = (at: bigint): string => instant(at).slice(0, 10);
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

/** Checks a series against the detections; all types are few enough to be shown. */
function assertSeries(body: Answer['body'], detections: readonly Detection[]): void {
  const length = grainMs[body.grain as keyof typeof grainMs];
  const [first, end] = [Date.parse(body.slices[0]), Date.parse(body.end)];
  assert.equal(end - first, body.slices.length * length);
  const within = detections.filter(({ at }) => msOf(at) >= first && msOf(at) < end);
  const types = sorted(within.map(({ objectType }) => objectType));
  const rowsOf = (type: string) => within.filter(({ objectType }) => objectType === type);
  types.sort((a, b) => rowsOf(b).length - rowsOf(a).length || (a < b ? -1 : 1));
  assert.deepEqual(
    body.groups,
    types.map((objectType) => {
      const rows = rowsOf(objectType);
      const inSlice = (slice: string) =>
        rows.filter(({ at }) => Math.floor(msOf(at) / length) * length === Date.parse(slice));
      const sum = (some: readonly Detection[]) => some.reduce((all, { objectValue }) => all + BigInt(objectValue), 0n);
      return {
        objectType,
        total: { reports: rows.length, objects: String(sum(rows)) },
        reports: body.slices.map((slice: string) => inSlice(slice).length),
        objects: body.slices.map((slice: string) => Number(sum(inSlice(slice)))),
      };
    }),
  );
}

async function assertHistory(api: TestApi, { detections, reports }: FleetFacts, vehicleId: string): Promise<void> {
  const path = `/api/vehicles/${encodeURIComponent(vehicleId)}/history`;
  const shown = (items: readonly Answer['body'][]) =>
    items.map(({ at, kind, status, objectType, objectValue }) =>
      [at, kind, status ?? objectType, objectValue].join(' '),
    );
  const lines = [
    ...reports
      .filter((each) => each.vehicleId === vehicleId)
      .map(({ at, status }) => [instant(at), 'status', status, null].join(' ')),
    ...detections
      .filter((each) => each.vehicleId === vehicleId)
      .map(({ at, objectType, objectValue }) => [instant(at), 'detection', objectType, objectValue].join(' ')),
  ].sort();
  const earliest = await readAll(api, `${path}?sort=at`, 500);
  assert.deepEqual(shown(earliest).sort(), lines, vehicleId);
  const times = earliest.map(({ at }) => at);
  assert.deepEqual(times, [...times].sort(), `${vehicleId} in the order of time`);
  for (const limit of [1, 4]) assert.deepEqual(await readAll(api, `${path}?sort=at`, limit), earliest, `by ${limit}`);
  assert.deepEqual((await readAll(api, path, 3)).reverse(), earliest, 'the latest first');
  for (const kind of ['status', 'detection']) {
    const kept = earliest.filter((entry) => entry.kind === kind);
    assert.deepEqual(await readAll(api, `${path}?sort=at&kind=${kind}`, 3), kept, kind);
  }
  const middle = earliest[Math.floor(earliest.length / 2)].at;
  const half = earliest.filter(({ at }) => at.slice(0, 19) <= middle.slice(0, 19));
  assert.deepEqual(
    await readAll(api, `${path}?sort=at&to=${middle.slice(0, 19)}.999999Z`, 5),
    half,
    `${vehicleId} until ${middle}`,
  );
  const [entry] = earliest;
  const origin = await api.ask(entry.links.origin);
  assert.deepEqual([origin.status, origin.body.file.id], [200, entry.fileId]);
}

test('series, days and histories say what the files hold', () =>
  withFleet(async (fleet) => {
    const { api } = fleet;
    await loadSamples(fleet, 20);
    const known = fleet.facts();
    const { detections, reports } = known;

    const { body: range } = await api.ask('/api/fleet');
    const days = (times: readonly { readonly at: bigint }[]) => sorted(times.map(({ at }) => dayOf(at))).reverse();
    const times = detections.map(({ at }) => at).sort((a, b) => Number(a - b));
    assert.equal(range.detections.first, instant(times[0] ?? 0n));
    assert.equal(range.detections.last, instant(times.at(-1) ?? 0n));
    assert.deepEqual(range.detections.days, days(detections).slice(0, 100));
    assert.deepEqual(range.reports.days, days(reports).slice(0, 100));
    assert.deepEqual(range.detections.objectTypes, sorted(detections.map(({ objectType }) => objectType)));
    assert.deepEqual(range.reports.statuses, sorted(reports.map(({ status }) => status)));

    const series = async (query: string) => {
      const { status, body } = await api.ask(`/api/objects-detection/series?${query}`);
      assert.equal(status, 200, JSON.stringify(body));
      return body;
    };
    // Without a time it ends with the latest detection.
    const latest = await series('');
    assert.ok(Date.parse(range.detections.last) < Date.parse(latest.end));
    assert.ok(latest.groups.length > 0);
    assertSeries(latest, detections);
    // One that begins later ends now.
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    const later = await series(`from=${hourAgo}`);
    assert.deepEqual([later.grain, later.groups], ['minute', []]);
    const [day] = range.detections.days;
    for (const [query, grain] of [
      [`from=${day}T00:00:00Z&to=${day}T07:59:59Z`, 'minute'],
      [`from=${day}&to=${day}`, 'hour'],
      [`from=2022-06-01&to=2022-06-30`, 'day'],
      [`grain=day&to=${day}`, 'day'],
      [`grain=minute&to=${range.detections.last}`, 'minute'],
    ]) {
      const body = await series(query ?? '');
      assert.equal(body.grain, grain, query);
      assertSeries(body, detections);
    }
    const [vehicleId] = sorted(detections.map((each) => each.vehicleId));
    assert.ok(vehicleId);
    assertSeries(
      await series(`grain=day&vehicleId=${encodeURIComponent(vehicleId)}`),
      detections.filter((each) => each.vehicleId === vehicleId),
    );
    assertSeries(
      await series('grain=day&objectType=cars'),
      detections.filter((each) => each.objectType === 'cars'),
    );

    for (const id of sorted([...detections, ...reports].map((each) => each.vehicleId)).slice(0, 12)) {
      await assertHistory(api, known, id);
    }
    await assertHistory(api, known, 'only detects');
    await assertHistory(api, known, 'only reports');
  }));

test('types beyond the most frequent ones are one group, whatever their number', () =>
  withApi(async ({ ask, pool }) => {
    await pool.query(
      `INSERT INTO fleet.objects_detection
       SELECT 1, n, n, 0, 'v', '2024-07-01Z'::timestamptz, 'type ' || CASE WHEN n < 40 THEN n / 2 ELSE n END, 2147483647
       FROM generate_series(0, 139) n`,
    );
    const { body } = await ask('/api/objects-detection/series?grain=day');
    assert.equal(body.groups.length, 21);
    assert.deepEqual(body.groups[0].total, { reports: 2, objects: '4294967294' });
    assert.deepEqual(body.groups.at(-1).objectType, null);
    assert.deepEqual(body.groups.at(-1).total, { reports: 100, objects: '214748364700' });
    const { body: range } = await ask('/api/fleet');
    assert.equal(range.detections.objectTypes.length, 100);
  }));

test('a fleet without rows has no days, and a series without groups', () =>
  withApi(async ({ ask }) => {
    const none = { first: null, last: null, days: [] };
    assert.deepEqual((await ask('/api/fleet')).body, {
      detections: { ...none, objectTypes: [] },
      reports: { ...none, statuses: [] },
    });
    const { body } = await ask('/api/objects-detection/series');
    assert.deepEqual([body.grain, body.groups], ['hour', []]);
    assert.equal((await ask('/api/vehicles/nobody/history')).status, 404);
  }));

test('what cannot be asked about the fleet is refused with its parameter', () =>
  withApi(async ({ ask, pool }) => {
    await pool.query(
      `INSERT INTO fleet.vehicle_status SELECT 1, n, 'v', '2024-07-01Z'::timestamptz, 'parking' FROM generate_series(0, 2) n`,
    );
    const { nextCursor } = (await ask('/api/vehicles/v/history?limit=1')).body;
    for (const [query, path] of [
      ['objects-detection/series?from=yesterday', 'from'],
      ['objects-detection/series?from=2024-07-02&to=2024-07-01', 'from'],
      ['objects-detection/series?grain=minute&from=2024-07-01&to=2024-07-02', 'from'],
      ['objects-detection/series?grain=week', 'grain'],
      ['objects-detection/series?colour=red', 'colour'],
      ['vehicles/v/history?from=2024-07-02&to=2024-07-01', 'from'],
      ['vehicles/v/history?kind=smell', 'kind'],
      [`vehicles/v/history?sort=at&cursor=${nextCursor}`, 'cursor'],
      ['vehicles/v/history?cursor=nonsense', 'cursor'],
    ] as const) {
      const { status, body } = await ask(`/api/${query}`);
      assert.equal(status, 422, query);
      assert.match(JSON.stringify(body.errors), new RegExp(path), query);
    }
  }));
