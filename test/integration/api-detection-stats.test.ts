import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAll, seedFile, type TestApi, withApi } from './api-fixture.js';
import { type Detection, type Fleet, instant, loadSamples, withFleet } from './fleet-fixture.js';

const route = '/api/objects-detection/stats';
const keys = ['objectType', 'vehicleId', 'hour', 'day'] as const;
type Key = (typeof keys)[number];
type Group = Readonly<Record<string, string | number>>;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const field = 'numeric' as const;
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', {
      ...{
        timeZone,
        hourCycle: 'h23',
        year: field,
        month: field,
        day: field,
        hour: field,
        minute: field,
        second: field,
      },
    });
  formats.set(timeZone, format);
  return format;
}

/** How far a zone's clocks are ahead of UTC at an instant, by the calendar of JavaScript: milliseconds. */
function offsetOf(millis: number, zone: string): number {
  const parts = formatOf(zone).formatToParts(millis);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return wall - Math.floor(millis / 1000) * 1000;
}

const hourMs = 3_600_000;

function keyOf({ objectType, vehicleId, at }: Detection, key: Key, zone: string): string {
  if (key === 'objectType') return objectType;
  if (key === 'vehicleId') return vehicleId;
  const millis = Number(at / 1000n);
  const wall = millis + offsetOf(millis, zone);
  if (key === 'day') return new Date(wall).toISOString().slice(0, 10);
  return new Date(millis - (((wall % hourMs) + hourMs) % hourMs)).toISOString();
}

/** The groups of detections, counted by the test itself. */
function groupsOf(detections: readonly Detection[], groupBy: readonly Key[], zone = 'UTC'): Group[] {
  const found = new Map<string, Detection[]>();
  for (const detection of detections) {
    const name = JSON.stringify(groupBy.map((key) => keyOf(detection, key, zone)));
    const group = found.get(name) ?? [];
    group.push(detection);
    found.set(name, group);
  }
  if (groupBy.length === 0 && found.size === 0) found.set('[]', []);
  return [...found]
    .map(([name, rows]) => ({ values: JSON.parse(name) as string[], rows }))
    .sort((a, b) => {
      const at = a.values.findIndex((value, index) => value !== b.values[index]);
      return (a.values[at] ?? '') < (b.values[at] ?? '') ? -1 : 1;
    })
    .map(({ values, rows }) => ({
      ...Object.fromEntries(groupBy.map((key, at) => [key, values[at] ?? ''])),
      reports: rows.length,
      objects: String(rows.reduce((sum, { objectValue }) => sum + BigInt(objectValue), 0n)),
      vehicles: new Set(rows.map(({ vehicleId }) => vehicleId)).size,
    }));
}

function subsets(from: readonly Key[]): Key[][] {
  const sets: Key[][] = [[]];
  for (const key of from) sets.push(...sets.map((set) => [...set, key]));
  return sets;
}

/** A query that leaves some detections, and which those are. */
interface Filter {
  readonly query: string;
  keeps(detection: Detection): boolean;
}

const between = (from: string, to: string) => {
  const [least, most] = [from, to].map((text) => BigInt(Date.parse(text)) * 1000n);
  return ({ at }: Detection): boolean => at >= (least ?? 0n) && at <= (most ?? 0n);
};

const filters: readonly Filter[] = [
  { query: '', keeps: () => true },
  { query: '&objectType=cars', keeps: ({ objectType }) => objectType === 'cars' },
  { query: '&vehicleId=only%20detects', keeps: ({ vehicleId }) => vehicleId === 'only detects' },
  { query: '&value=3', keeps: ({ objectValue }) => objectValue === 3 },
  { query: '&minValue=4&maxValue=6', keeps: ({ objectValue }) => objectValue >= 4 && objectValue <= 6 },
  {
    query: '&from=2022-06-05&to=2022-06-11',
    keeps: ({ at }) => at >= BigInt(Date.UTC(2022, 5, 5)) * 1000n && at < BigInt(Date.UTC(2022, 5, 12)) * 1000n,
  },
  {
    query: '&from=2022-06-05T10:00:00%2B02:00&to=2022-06-25T00:00:00Z&objectType=signs&minValue=1',
    keeps: (detection) =>
      detection.objectType === 'signs' &&
      detection.objectValue >= 1 &&
      between('2022-06-05T08:00:00Z', '2022-06-25T00:00:00Z')(detection),
  },
  { query: '&objectType=none', keeps: () => false },
];

/** Compares item by item: to show how two long lists differ takes the library minutes. */
function assertSame(items: readonly Group[], expected: readonly Group[], words: string): void {
  for (const [at, item] of items.entries()) assert.deepEqual(item, expected[at], `${words}: item ${at}`);
  assert.equal(items.length, expected.length, words);
}

async function compare({ api, facts }: Fleet): Promise<void> {
  const { detections } = facts();
  for (const groupBy of subsets(keys)) {
    for (const { query, keeps } of filters) {
      const expected = groupsOf(detections.filter(keeps), groupBy);
      for (const limit of groupBy.length > 1 ? [500] : [groupBy[0] === 'hour' ? 40 : 7, 500]) {
        const url = `${route}?groupBy=${groupBy.join()}${query}`;
        assertSame(await readAll(api, url, limit), expected, `${url} by ${limit}`);
      }
    }
  }
}

test('groups by any keys and filters count what the files hold, after late files, new versions and replays', () =>
  withFleet(async (fleet) => {
    assert.deepEqual((await fleet.api.ask(route)).body.items, [{ reports: 0, objects: '0', vehicles: 0 }]);
    assert.deepEqual((await fleet.api.ask(`${route}?groupBy=hour,vehicleId`)).body.items, []);
    await loadSamples(fleet, 40);
    const { detections } = fleet.facts();
    assert.ok(detections.length > 300, `${detections.length} detections`);
    await compare(fleet);
  }));

test('pages of groups by several keys hold each group once, in the order that was asked for', () =>
  withFleet(async (fleet) => {
    await loadSamples(fleet, 12);
    const { detections } = fleet.facts();
    for (const groupBy of [
      ['day', 'objectType'],
      ['objectType', 'day'],
      ['vehicleId', 'hour', 'objectType'],
    ] as const) {
      const expected = groupsOf(detections, groupBy);
      for (const limit of [1, 3, 10]) {
        const url = `${route}?groupBy=${groupBy.join()}`;
        assertSame(await readAll(fleet.api, url, limit), expected, `${url} by ${limit}`);
      }
    }
    assert.deepEqual(
      await readAll(fleet.api, `${route}?groupBy=objectType,day&timezone=Asia/Kolkata`, 5),
      groupsOf(detections, ['objectType', 'day'], 'Asia/Kolkata'),
    );
  }));

/** Detections at these instants, one of each of two vehicles. */
async function insertAt(api: TestApi, instants: readonly string[]): Promise<Detection[]> {
  const file = await seedFile(api.pool, { path: 'o.json' });
  const rows = instants.flatMap((iso) =>
    ['a', 'b'].map((vehicleId) => ({
      vehicleId,
      at: BigInt(Date.parse(iso)) * 1000n,
      objectType: 'cars',
      objectValue: 2,
    })),
  );
  await api.pool.query(
    `INSERT INTO fleet.objects_detection
     SELECT $1, n, n, 0, vehicle, at, 'cars', 2 FROM unnest($2::text[], $3::timestamptz[]) WITH ORDINALITY r(vehicle, at, n)`,
    [file, rows.map(({ vehicleId }) => vehicleId), rows.map(({ at }) => instant(at))],
  );
  return rows;
}

test('hours and days of a time zone follow its clocks, where they are changed, too', () =>
  withApi(async (api) => {
    const spans: Readonly<Record<string, readonly [from: string, hours: number]>> = {
      UTC: ['2024-10-26T20:00:00Z', 30],
      'Europe/Berlin': ['2024-10-26T20:00:00Z', 30],
      'America/New_York': ['2024-03-09T20:00:00Z', 30],
      'Asia/Kolkata': ['2024-10-26T20:00:00Z', 30],
      // Clocks are set back from one to midnight, so that the hour after midnight comes twice.
      'America/Havana': ['2024-11-02T20:00:00Z', 36],
      // There is no midnight: clocks are set forward then.
      'Asia/Beirut': ['2024-03-30T12:00:00Z', 30],
      // The 30th of December is left out.
      'Pacific/Apia': ['2011-12-29T05:00:00Z', 40],
      // By half an hour.
      'Australia/Lord_Howe': ['2024-04-06T08:00:00Z', 20],
    };
    const instants = Object.values(spans).flatMap(([from, hours]) =>
      Array.from({ length: hours * 4 }, (_, n) => new Date(Date.parse(from) + n * 900_000 + 60_000).toISOString()),
    );
    const detections = await insertAt(api, [...new Set(instants)]);
    for (const zone of Object.keys(spans)) {
      for (const groupBy of [['hour'], ['day'], ['day', 'vehicleId']] as const) {
        const expected = groupsOf(detections, groupBy, zone);
        for (const limit of groupBy[0] === 'hour' ? [29, 500] : [1, 3, 500]) {
          const url = `${route}?groupBy=${groupBy.join()}&timezone=${zone}`;
          assertSame(await readAll(api, url, limit), expected, `${url} by ${limit}`);
        }
      }
    }
  }));

test('sums are texts with all of their digits', () =>
  withApi(async (api) => {
    const file = await seedFile(api.pool, { path: 'o.json' });
    await api.pool.query(
      `INSERT INTO fleet.objects_detection SELECT $1, n, n, 0, 'v' || n % 2, '2022-06-05Z', 'cars', 2147483647
       FROM generate_series(1, 9) n`,
      [file],
    );
    const { body } = await api.ask(route);
    assert.deepEqual(body.items, [{ reports: 9, objects: String(9n * 2_147_483_647n), vehicles: 2 }]);
  }));

test('what cannot be asked for is refused with words', () =>
  withApi(async (api) => {
    const refused = async (query: string): Promise<{ path: string; message: string }[]> => {
      const { status, body } = await api.ask(`${route}?${query}`);
      assert.equal(status, 422, query);
      return body.errors;
    };
    assert.deepEqual(await refused('groupBy=objectType,colour'), [
      {
        path: 'groupBy',
        message:
          'must be any of objectType, vehicleId, hour, day, each once, separated by commas; got "objectType,colour"',
      },
    ]);
    assert.equal((await refused('groupBy=day,day'))[0]?.path, 'groupBy');
    assert.deepEqual(await refused('minValue=5&maxValue=4'), [
      { path: 'minValue', message: 'must not be above maxValue; got 5 and 4' },
    ]);
    assert.deepEqual(await refused('from=2022-06-06&to=2022-06-05'), [
      {
        path: 'from',
        message: 'must not be above to; got 2022-06-06T00:00:00.000000Z and 2022-06-05T23:59:59.999999Z',
      },
    ]);
    assert.deepEqual(await refused('from=yesterday'), [
      { path: 'from', message: 'must be a date or an ISO-8601 time like 2022-06-05T21:02:34.546Z; got "yesterday"' },
    ]);
    for (const zone of ['Mars/Olympus', '%2B02:00', '']) {
      assert.match((await refused(`groupBy=day&timezone=${zone}`))[0]?.message ?? '', /IANA name of a time zone/);
    }
    assert.equal((await refused('value=1.5'))[0]?.path, 'value');
    const { body } = await api.ask(`${route}?groupBy=hour&limit=1`);
    assert.deepEqual(body, { items: [], nextCursor: null });
    const cursor = (...values: string[]) => Buffer.from(JSON.stringify(['hour,UTC', values])).toString('base64url');
    assert.equal((await refused(`groupBy=day&cursor=${cursor('2022-06-05T00:00:00.000000Z')}`))[0]?.path, 'cursor');
    assert.equal((await refused(`groupBy=hour&cursor=${cursor('a', 'b')}`))[0]?.path, 'cursor');
    assert.equal((await api.ask(`${route}?groupBy=hour&cursor=${cursor('2022-02-31T00:00:00Z')}`)).status, 422);
  }));
