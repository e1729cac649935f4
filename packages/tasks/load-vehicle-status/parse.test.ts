import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definition } from './definition.js';
import { parseVehicleStatus } from './parse.js';

const good = {
  vehicle_id: 'qbae3f787798416fb2b8afc1340ddf19',
  report_time: '2022-05-09T00:02:34.546789+00:00',
  status: 'parking',
};

test('gives the row of an event, to the microsecond, further fields ignored', () => {
  assert.deepEqual(parseVehicleStatus({ ...good, mood: 'fine' }), {
    row: { vehicleId: good.vehicle_id, reportTime: 1_652_054_554_546_789n, status: 'parking' },
  });
});

const rejects: readonly (readonly [unknown, RegExp])[] = [
  [3, /^the event is 3: expected an object$/],
  [{ ...good, vehicle_id: '' }, /^vehicle_id is "": expected text/],
  [{ ...good, report_time: '2022-05-09' }, /^report_time "2022-05-09" is not an ISO-8601 time/],
  [{ ...good, status: undefined }, /^status is missing/],
  [{ ...good, status: 's'.repeat(65) }, /^status is "s+": expected at most 64 characters, it has 65$/],
];
for (const [value, reason] of rejects) {
  test(`rejects ${JSON.stringify(value).slice(0, 60)}`, () => {
    const parsed = parseVehicleStatus(value);
    assert.ok('reject' in parsed, 'was not rejected');
    assert.match(parsed.reject, reason);
  });
}

test('knows its files by name', () => {
  const names = [
    'vehicles_status_20240718_140532.json',
    'x/vehicle_status.NDJSON',
    'vehicles__status_1721311532.jsonl',
  ];
  assert.deepEqual(
    names.filter((name) => !definition.source.matches(name)),
    [],
  );
  const others = ['objects_detection.json', 'vehicle_statuses.json', 'vehicles_status.txt', 'vehicles_status/a.json'];
  assert.deepEqual(others.filter(definition.source.matches), []);
});
