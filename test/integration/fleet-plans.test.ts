import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { detectionSeries } from '#database/queries/fleet/detection-series.js';
import { type DetectionStatsQuery, detectionStats } from '#database/queries/fleet/detection-stats.js';
import { fleetRange, latestDetection } from '#database/queries/fleet/fleet-range.js';
import { vehicleHistory } from '#database/queries/fleet/vehicle-history.js';
import { vehicleProfile } from '#database/queries/fleet/vehicle-profile.js';
import { vehicleTimeline } from '#database/queries/fleet/vehicle-timeline.js';
import { countStatuses, listVehicles } from '#database/queries/fleet/vehicles.js';
import { coverTime } from '#database/queries/slices.js';
import { withTestDatabase } from '../helpers/database.js';
import { explainingPool, type Scan, scansOf } from '../helpers/explain.js';

const day = { from: '2024-07-05T00:00:00Z', to: '2024-07-05T23:59:59.999999Z' };
const vehicleId = 'vehicle 77';

/** 300,000 detections of 1,000 vehicles and 200,000 reports of 2,000, over 30 days, one in 500 of an accident. */
async function insertRows(pool: pg.Pool): Promise<void> {
  await pool.query(
    `INSERT INTO fleet.objects_detection
     SELECT 1 + n / 60, n % 60, n % 60, 0, 'vehicle ' || (n * 7919::bigint) % 1000,
       '2024-07-01Z'::timestamptz + n * interval '8.64 seconds', 'type ' || (n * 31::bigint) % 7, n % 10
     FROM generate_series(0, 299999) n`,
  );
  await pool.query(
    `INSERT INTO fleet.vehicle_status
     SELECT 1 + n / 100, n % 100, 'vehicle ' || (n * 7919::bigint) % 2000, '2024-07-01Z'::timestamptz + n * interval '12 seconds',
       CASE WHEN n % 500 = 0 THEN 'accident' WHEN n % 3 = 0 THEN 'parking' ELSE 'driving' END
     FROM generate_series(0, 199999) n`,
  );
  await pool.query('VACUUM (ANALYZE) fleet.objects_detection');
  await pool.query('VACUUM (ANALYZE) fleet.vehicle_status');
}

const describe = (scans: readonly Scan[]): string =>
  scans.map(({ kind, table, index }) => `${kind} of ${table || index}`).join(', ');

function assertIndexed(scans: readonly Scan[], words: string): void {
  assert.ok(scans.length > 0, `${words}: something is read`);
  assert.ok(!scans.some(({ kind }) => kind === 'Seq Scan'), `${words}: ${describe(scans)}`);
}

test('every question about the fleet is answered from an index', () =>
  withTestDatabase(async ({ pool }) => {
    await insertRows(pool);
    const ask = async (words: string, work: (explaining: pg.Pool) => Promise<unknown>): Promise<Scan[]> => {
      const scans: Scan[] = [];
      await work(explainingPool(pool, scans));
      assertIndexed(scans, words);
      return scans;
    };
    const stats = (query: Partial<DetectionStatsQuery>, after?: readonly string[]) =>
      ask(JSON.stringify([query, after]), (explaining) =>
        detectionStats(explaining, { filter: {}, groupBy: [], ...query }, { after, limit: 50 }),
      );
    for (const filter of [
      { vehicleId },
      { objectType: 'type 3' },
      { vehicleId, objectType: 'type 3' },
      { ...day },
      { ...day, objectType: 'type 3' },
      { ...day, vehicleId },
      { ...day, value: 3 },
      { vehicleId, minValue: 4, maxValue: 6 },
    ]) {
      for (const groupBy of [[], ['objectType'], ['vehicleId', 'day'], ['hour'], ['day', 'objectType']] as const) {
        await stats({ filter, groupBy });
      }
    }
    // Of all rows a page reads those of its groups.
    for (const groupBy of [['hour'], ['hour', 'vehicleId'], ['vehicleId'], ['vehicleId', 'day']] as const) {
      await stats({ groupBy });
    }
    await stats({ groupBy: ['hour', 'objectType'] }, ['2024-07-20T00:00:00.000000Z', 'type 3']);
    await stats({ groupBy: ['hour'], zone: 'Asia/Kolkata' });
    // All rows of all groups: each once, from the index that has what is asked for.
    for (const groupBy of [[], ['objectType']] as const) {
      const scans = await stats({ groupBy });
      assert.ok(
        scans.some(({ kind }) => kind === 'Index Only Scan'),
        describe(scans),
      );
    }

    const vehicles = [{}, { status: 'accident' }, { hasAccident: true }, { hasAccident: false }, { reported: true }];
    for (const filter of vehicles) {
      await ask(`vehicles ${JSON.stringify(filter)}`, (explaining) => listVehicles(explaining, filter, { limit: 50 }));
      await ask(`vehicles ${JSON.stringify(filter)}, further on`, (explaining) =>
        listVehicles(explaining, filter, { after: 'vehicle 5', limit: 50 }),
      );
    }
    await ask('statuses', (explaining) => countStatuses(explaining, { limit: 50 }));
    await ask('profile', (explaining) => vehicleProfile(explaining, vehicleId));
    await ask('history', (explaining) => vehicleHistory(explaining, { vehicleId }, { limit: 50 }));
    await ask('history, further on', (explaining) =>
      vehicleHistory(
        explaining,
        { vehicleId, ...day, isEarliestFirst: true },
        { after: ['2024-07-05T12:00:00Z', 'status', '17', 3], limit: 50 },
      ),
    );
    const series = { from: Date.parse(day.from), to: Date.parse(day.to) };
    for (const [grain, filter] of [
      ['minute', { vehicleId }],
      ['hour', {}],
      ['day', { objectType: 'type 3' }],
    ] as const) {
      const slices = coverTime(grain, grain === 'minute' ? series.to - 3_600_000 : series.from, series.to);
      await ask(`series by ${grain}`, (explaining) => detectionSeries(explaining, slices, filter));
    }
    await ask('range', fleetRange);
    await ask('latest detection', latestDetection);
    await ask('timeline', (explaining) => vehicleTimeline(explaining, { vehicleId }, { limit: 50 }));

    const names = [
      `objects_detection WHERE vehicle_id = '${vehicleId}'`,
      `objects_detection WHERE object_type = 'type 3' AND detection_time >= '2024-07-05' AND detection_time < '2024-07-06'`,
      `objects_detection WHERE detection_time >= '2024-07-05' AND detection_time < '2024-07-06'`,
      `objects_detection WHERE file_id = 17`,
      `vehicle_status WHERE vehicle_id = '${vehicleId}' AND report_time >= '2024-07-05'`,
      `vehicle_status WHERE status = 'accident'`,
      `vehicle_status WHERE file_id = 17`,
      `vehicles_status WHERE vehicle_id = '${vehicleId}'`,
    ];
    for (const name of names) assertIndexed(await scansOf(pool, `SELECT * FROM ${name}`), name);
    // Neither sorts the history: one hops over it, the other reads an index in its order.
    for (const view of ['vehicles_status', 'fleet.vehicle_status_latest']) {
      const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN SELECT * FROM ${view}`);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      assert.doesNotMatch(plan, /Sort|Seq Scan on/, view);
    }
  }));

test('pages of vehicles without time to spare are short, and hold all vehicles together', () =>
  withTestDatabase(async ({ pool }) => {
    await insertRows(pool);
    const { items } = await listVehicles(pool, {}, { limit: 500 });
    assert.equal(items.length, 500);
    const pages: number[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const page = await listVehicles(pool, { status: 'accident' }, { after, limit: 3 }, 0);
      pages.push(page.items.length);
      after = page.next;
      more = after !== undefined;
    }
    const expected = await pool.query(`SELECT count(*)::int AS n FROM vehicles_status WHERE status = 'accident'`);
    assert.equal(
      pages.reduce((sum, count) => sum + count, 0),
      expected.rows[0]?.n,
      'short pages without time to spare hold all vehicles together',
    );
  }));
