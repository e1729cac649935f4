import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAll, seedFile, type TestApi, withApi } from './api-fixture.js';
import { type Fleet, type FleetFacts, instant, loadSamples, type Report, withFleet } from './fleet-fixture.js';

const until = '2022-06-20T12:00:00Z';
const untilAt = BigInt(Date.parse(until)) * 1000n;

/** Reports in the order of time; of one instant in that of files and places in them. */
const inOrder = (reports: readonly Report[]): Report[] =>
  [...reports].sort((a, b) => Number(a.at - b.at || a.fileId - b.fileId) || a.ordinal - b.ordinal);

interface Span {
  readonly status: string;
  readonly from: bigint;
  readonly to: bigint | undefined;
  readonly reports: number;
}

function spansOf(reports: readonly Report[]): Span[] {
  const spans: Span[] = [];
  for (const { status, at } of inOrder(reports)) {
    const last = spans.at(-1);
    if (last?.status === status) spans[spans.length - 1] = { ...last, reports: last.reports + 1 };
    else {
      if (last) spans[spans.length - 1] = { ...last, to: at };
      spans.push({ status, from: at, to: undefined, reports: 1 });
    }
  }
  return spans;
}

function secondsOf({ from, to }: Span): number {
  const end = to === undefined || to > untilAt ? untilAt : to;
  return end > from ? Number(end - from) / 1e6 : 0;
}

const idsOf = ({ detections, reports }: FleetFacts): string[] =>
  [...new Set([...detections, ...reports].map(({ vehicleId }) => vehicleId))].sort();

function vehicleOf({ reports }: FleetFacts, vehicleId: string) {
  const own = inOrder(reports.filter((report) => report.vehicleId === vehicleId));
  const last = own.at(-1);
  const span = spansOf(own).at(-1);
  const self = `/api/vehicles/${encodeURIComponent(vehicleId)}`;
  return {
    vehicleId,
    status: last?.status ?? null,
    reportedAt: last ? instant(last.at) : null,
    since: span ? instant(span.from) : null,
    hasAccident: own.some(({ status }) => status === 'accident'),
    links: { self, timeline: `${self}/timeline`, history: `${self}/history` },
  };
}

function profileOf(facts: FleetFacts, vehicleId: string) {
  const reports = inOrder(facts.reports.filter((report) => report.vehicleId === vehicleId));
  const detections = facts.detections
    .filter((detection) => detection.vehicleId === vehicleId)
    .sort((a, b) => Number(a.at - b.at));
  const types = [...new Set(detections.map(({ objectType }) => objectType))].map((objectType) => {
    const rows = detections.filter((detection) => detection.objectType === objectType);
    const objects = rows.reduce((sum, { objectValue }) => sum + BigInt(objectValue), 0n);
    return { objectType, reports: rows.length, objects: String(objects) };
  });
  const spans = spansOf(reports);
  const statuses = [...new Set(reports.map(({ status }) => status))].map((status) => ({
    status,
    reports: reports.filter((report) => report.status === status).length,
    seconds: sumOf(spans.filter((span) => span.status === status).map(secondsOf)),
  }));
  const byReports = <T extends { readonly reports: number }>(list: readonly T[], name: (item: T) => string): T[] =>
    [...list].sort((a, b) => b.reports - a.reports || (name(a) < name(b) ? -1 : 1));
  const shown = (at: bigint | undefined): string | null => (at === undefined ? null : instant(at));
  const seen = [...reports, ...detections].map(({ at }) => at).sort((a, b) => Number(a - b));
  return {
    ...vehicleOf(facts, vehicleId),
    firstSeen: shown(seen[0]),
    lastSeen: shown(seen.at(-1)),
    detections: {
      first: shown(detections[0]?.at),
      last: shown(detections.at(-1)?.at),
      reports: detections.length,
      objects: String(types.reduce((sum, { objects }) => sum + BigInt(objects), 0n)),
      types: types.length,
      byType: byReports(types, ({ objectType }) => objectType),
    },
    reports: {
      first: shown(reports[0]?.at),
      last: shown(reports.at(-1)?.at),
      reports: reports.length,
      statuses: statuses.length,
      until: '2022-06-20T12:00:00.000Z',
      byStatus: byReports(statuses, ({ status }) => status),
    },
  };
}

/** Microseconds are whole in the sum as well. */
const sumOf = (seconds: readonly number[]): number =>
  seconds.reduce((sum, each) => sum + Math.round(each * 1e6), 0) / 1e6;

async function compare({ api, facts }: Fleet): Promise<void> {
  const known = facts();
  const ids = idsOf(known);
  const all = ids.map((id) => vehicleOf(known, id));
  const answers = async (query: string): Promise<void> => {
    const kept = all.filter(({ status, hasAccident }) => {
      const wanted = new URLSearchParams(query);
      return (
        [null, status].includes(wanted.get('status')) &&
        [null, String(hasAccident)].includes(wanted.get('hasAccident')) &&
        [null, String(status !== null)].includes(wanted.get('reported'))
      );
    });
    for (const limit of [1, 4, 500]) {
      assert.deepEqual(await readAll(api, `/api/vehicles?${query}`, limit), kept, `${query} by ${limit}`);
    }
  };
  for (const query of [
    '',
    'status=accident',
    'status=parking',
    'status=none',
    'hasAccident=true',
    'hasAccident=false',
    'hasAccident=false&reported=true',
    'hasAccident=true&status=driving',
    'reported=false',
    'reported=false&hasAccident=true',
  ]) {
    await answers(query);
  }
  const statuses = [...new Set(all.flatMap(({ status }) => status ?? []))].sort();
  const counted = statuses.map((status) => ({ status, vehicles: all.filter((each) => each.status === status).length }));
  assert.deepEqual(await readAll(api, '/api/vehicles/statuses', 1), counted);
  for (const id of ids) {
    const path = `/api/vehicles/${encodeURIComponent(id)}`;
    assert.deepEqual((await api.ask(`${path}?until=${until}`)).body, profileOf(known, id), id);
    const spans = spansOf(known.reports.filter((report) => report.vehicleId === id)).map((span) => ({
      status: span.status,
      from: instant(span.from),
      to: span.to === undefined ? null : instant(span.to),
      seconds: secondsOf(span),
      reports: span.reports,
    }));
    for (const limit of [2, 500]) {
      assert.deepEqual(await readAll(api, `${path}/timeline?until=${until}`, limit), spans, `${id} by ${limit}`);
    }
  }
}

test('vehicles, profiles and timelines say what the files hold, after late files, new versions and replays', () =>
  withFleet(async (fleet) => {
    assert.deepEqual((await fleet.api.ask('/api/vehicles')).body, { items: [], nextCursor: null });
    await loadSamples(fleet, 40);
    assert.ok(idsOf(fleet.facts()).length > 12);
    await compare(fleet);
  }));

test('a late report does not take the place of a newer one, and comes to light when that one’s file is replaced', () =>
  withFleet(async (fleet) => {
    const { api, load } = fleet;
    const report = (status: string, time: string) =>
      JSON.stringify({ vehicle_status: [{ vehicle_id: 'v', report_time: time, status }] });
    const now = async () => {
      const { status, since, hasAccident } = (await api.ask('/api/vehicles/v')).body;
      return [status, since, hasAccident];
    };
    await load('vehicle-status', 'new/vehicles_status.json', report('driving', '2022-06-07T00:00:00Z'));
    await load('vehicle-status', 'old/vehicles_status.json', report('accident', '2022-06-06T00:00:00Z'));
    assert.deepEqual(await now(), ['driving', '2022-06-07T00:00:00.000Z', true]);
    await load('vehicle-status', 'new/vehicles_status.json', report('driving', '2022-06-01T00:00:00Z'));
    assert.deepEqual(await now(), ['accident', '2022-06-06T00:00:00.000Z', true]);
    await load('vehicle-status', 'old/vehicles_status.json', report('driving', '2022-06-03T00:00:00Z'));
    assert.deepEqual(await now(), ['driving', '2022-06-01T00:00:00.000Z', false]);
    await compare(fleet);
  }));

/** Puts reports in the table, each with its status and how many minutes after midnight. */
async function insertReports(api: TestApi, vehicle: string, reports: readonly [string, number][]): Promise<void> {
  const file = await seedFile(api.pool, { path: `${vehicle}.json`, source: 'vehicle-status' });
  await api.pool.query(
    `INSERT INTO fleet.vehicle_status
     SELECT $1, n, $2, '2022-06-05Z'::timestamptz + minutes * interval '1 minute', status
     FROM unnest($3::text[], $4::integer[]) WITH ORDINALITY r(status, minutes, n)`,
    [file, vehicle, reports.map(([status]) => status), reports.map(([, minutes]) => minutes)],
  );
}

test('time is counted up to a moment that may be asked for, and up to now otherwise', () =>
  withApi(async (api) => {
    await insertReports(api, 'v', [
      ['driving', 0],
      ['driving', 30],
      ['parking', 60],
      ['driving', 90],
    ]);
    const ask = async (query: string) => (await api.ask(`/api/vehicles/v${query}`)).body;
    const times = async (query: string) =>
      (await ask(query)).reports.byStatus.map(({ status, seconds }: { status: string; seconds: number }) => [
        status,
        seconds,
      ]);
    assert.deepEqual(await times('?until=2022-06-05T02:00:00Z'), [
      ['driving', 60 * 60 + 30 * 60],
      ['parking', 30 * 60],
    ]);
    assert.deepEqual(await times('?until=2022-06-05T01:10:00Z'), [
      ['driving', 60 * 60],
      ['parking', 10 * 60],
    ]);
    assert.deepEqual(await times('?until=2022-06-05'), [
      ['driving', 0],
      ['parking', 0],
    ]);
    const { until: now, byStatus } = (await ask('')).reports;
    const open = (Date.parse(now) - Date.parse('2022-06-05T01:30:00Z')) / 1000;
    assert.ok(Math.abs(byStatus[0].seconds - (60 * 60 + open)) < 0.001, `${byStatus[0].seconds} seconds until ${now}`);
    const { items } = await ask('/timeline?until=2022-06-05T01:10:00Z');
    assert.deepEqual(
      items.map(({ seconds }: { seconds: number }) => seconds),
      [3600, 600, 0],
    );
  }));

test('a profile lists the most reported types and statuses and says how many there are', () =>
  withApi(async (api) => {
    const file = await seedFile(api.pool, { path: 'o.json' });
    await api.pool.query(
      `INSERT INTO fleet.objects_detection SELECT $1, n, n, 0, 'v', '2022-06-05Z', 'type ' || (n % 150), 1
       FROM generate_series(0, 200) n`,
      [file],
    );
    await insertReports(
      api,
      'v',
      Array.from({ length: 120 }, (_, n) => [`status ${n}`, n]),
    );
    const { body } = await api.ask('/api/vehicles/v');
    const { detections, reports } = body;
    assert.deepEqual([detections.reports, detections.types, detections.byType.length], [201, 150, 100]);
    assert.equal(detections.byType[0].reports, 2);
    assert.deepEqual([reports.reports, reports.statuses, reports.byStatus.length], [120, 120, 100]);
  }));

test('vehicles with odd names are found by them, and unknown ones are not', () =>
  withApi(async (api) => {
    for (const vehicle of ['a/b?c=d&e#f%', '\u{1F69A}'.repeat(64), 'statuses ']) {
      await insertReports(api, vehicle, [['parking', 0]]);
      const { items } = (await api.ask('/api/vehicles?limit=500')).body;
      const { links } = items.find((item: { vehicleId: string }) => item.vehicleId === vehicle);
      assert.equal((await api.ask(links.self)).body.vehicleId, vehicle);
      assert.equal((await api.ask(links.timeline)).body.items[0].status, 'parking');
    }
    assert.equal((await readAll(api, '/api/vehicles', 1)).length, 3);
    for (const path of ['', '/timeline']) {
      const { status, body } = await api.ask(`/api/vehicles/nobody${path}`);
      assert.equal(status, 404);
      assert.match(body.detail, /is of the vehicle "nobody"; \/api\/vehicles lists them/);
    }
  }));

test('what cannot be asked of vehicles is refused with words', () =>
  withApi(async (api) => {
    await insertReports(api, 'v', [
      ['parking', 0],
      ['driving', 1],
    ]);
    for (const query of [
      'vehicles?hasAccident=maybe',
      'vehicles?colour=red',
      'vehicles/v?until=soon',
      'vehicles?limit=0',
    ]) {
      assert.equal((await api.ask(`/api/${query}`)).status, 422, query);
    }
    assert.match((await api.ask('/api/vehicles/v?until=soon')).body.errors[0].message, /ISO-8601 time.*got "soon"/);
    const { nextCursor } = (await api.ask('/api/vehicles/statuses?limit=1')).body;
    for (const list of ['vehicles', 'vehicles/v/timeline']) {
      assert.equal((await api.ask(`/api/${list}?cursor=${nextCursor}`)).status, 422, list);
    }
  }));
