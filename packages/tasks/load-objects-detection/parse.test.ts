import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InexactNumber } from '#events/json-number.js';
import { definition } from './definition.js';
import { parseObjectsDetection } from './parse.js';

const vehicleId = 'qbae3f787798416fb2b8afc1340ddf19';
const detectionTime = '2022-06-05T21:02:34.546Z';
const micros = 1_654_462_954_546_000n;
const cars = { object_type: 'cars', object_value: 2 };

function event(fields: Record<string, unknown>): Record<string, unknown> {
  return { vehicle_id: vehicleId, detection_time: detectionTime, ...fields };
}

function reject(value: unknown): string {
  const parsed = parseObjectsDetection(value, 0);
  assert.ok('reject' in parsed, 'was not rejected');
  return parsed.reject;
}

test('gives one row per detection, in order, the same type twice as two rows', () => {
  const common = { vehicleId, detectionTime: micros, eventOrdinal: 7 };
  const value = event({ detections: [{ object_type: 'pedestrians', object_value: 3 }, cars, { ...cars }], extra: 1 });
  assert.deepEqual(parseObjectsDetection(value, 7), {
    rows: [
      { ...common, objectType: 'pedestrians', objectValue: 3, detectionOrdinal: 0 },
      { ...common, objectType: 'cars', objectValue: 2, detectionOrdinal: 1 },
      { ...common, objectType: 'cars', objectValue: 2, detectionOrdinal: 2 },
    ],
  });
});

test('gives the one row of a flat event', () => {
  assert.deepEqual(parseObjectsDetection(event({ ...cars, camera: 'front' }), 0), {
    rows: [
      { vehicleId, detectionTime: micros, objectType: 'cars', objectValue: 2, eventOrdinal: 0, detectionOrdinal: 0 },
    ],
  });
});

test('gives no rows and no reject for an empty array of detections', () => {
  assert.deepEqual(parseObjectsDetection(event({ detections: [] }), 0), { rows: [] });
});

test('accepts the bounds: 64 characters beyond the BMP, 0 and 2^31 − 1', () => {
  const id = '😀'.repeat(64);
  const detections = [0, 2_147_483_647].map((object_value) => ({ object_type: 't'.repeat(64), object_value }));
  const parsed = parseObjectsDetection({ vehicle_id: id, detection_time: detectionTime, detections }, 0);
  assert.ok('rows' in parsed);
  assert.deepEqual(
    parsed.rows.map((row) => [row.vehicleId, row.objectValue]),
    [
      [id, 0],
      [id, 2_147_483_647],
    ],
  );
});

const rejects: readonly (readonly [string, unknown, RegExp])[] = [
  ['a value that is no object', 'text', /^the event is "text": expected an object$/],
  ['null', null, /^the event is null: expected an object$/],
  ['an array', [cars], /^the event is an array of 1: expected an object$/],
  ['no vehicle_id', { detection_time: detectionTime, detections: [cars] }, /^vehicle_id is missing/],
  ['a numeric vehicle_id', event({ vehicle_id: 5, ...cars }), /^vehicle_id is 5: expected text/],
  ['a blank vehicle_id', event({ vehicle_id: ' ', ...cars }), /^vehicle_id is " ": expected text that is not blank/],
  ['65 characters', event({ vehicle_id: 'v'.repeat(65), ...cars }), /at most 64 characters, it has 65$/],
  ['a NUL', event({ vehicle_id: 'a\0b', ...cars }), /^vehicle_id is "a\\u0000b": expected text without NUL/],
  [
    'half a surrogate pair',
    event({ vehicle_id: 'a\ud83d', ...cars }),
    /^vehicle_id is "a\\ud83d": expected text without/,
  ],
  ['no time', { vehicle_id: vehicleId, ...cars }, /^detection_time is missing/],
  [
    'a numeric time',
    event({ detection_time: 1654462954, ...cars }),
    /^detection_time is 1654462954: expected an ISO-8601/,
  ],
  ['a time without offset', event({ detection_time: '2022-06-05T21:02:34', ...cars }), /no offset/],
  ['a day that does not exist', event({ detection_time: '2022-02-30T00:00:00Z', ...cars }), /no day of the calendar/],
  ['neither shape', event({}), /^detections is missing: expected an array$/],
  [
    'detections that are no array',
    event({ detections: {} }),
    /^detections is an object with 0 fields: expected an array/,
  ],
  ['a detection that is no object', event({ detections: [cars, 3] }), /^detections\[1\] is 3: expected an object/],
  [
    'a detection without type',
    event({ detections: [{ object_value: 1 }] }),
    /^detections\[0\]\.object_type is missing/,
  ],
  [
    'a negative value',
    event({ detections: [{ ...cars, object_value: -1 }] }),
    /^detections\[0\]\.object_value is -1: expected an/,
  ],
  [
    'a fraction',
    event({ ...cars, object_value: 1.5 }),
    /^object_value is 1\.5: expected an integer from 0 to 2147483647$/,
  ],
  ['2^31', event({ ...cars, object_value: 2 ** 31 }), /^object_value is 2147483648: expected/],
  ['a numeric string', event({ ...cars, object_value: '3' }), /^object_value is "3": .*, without quotes$/],
  [
    'a number that rounds',
    event({ ...cars, object_value: new InexactNumber('2.00000000000000000001') }),
    /^object_value is 2\.00000000000000000001: /,
  ],
  [
    'an inherited field',
    event({ object_type: 'cars', object_value: Object.create({ object_value: 1 }) }),
    /^object_value is an object/,
  ],
];
for (const [what, value, reason] of rejects) {
  test(`rejects the whole event for ${what}`, () => assert.match(reject(value), reason));
}

test('keeps the reason short however long the value', () => {
  assert.ok(reject(event({ ...cars, vehicle_id: 'v'.repeat(100_000) })).length < 200);
});

const names = [
  'objects_detection_20240718_140532.json',
  'a/b c/objects_detection_20240718T140532.json',
  'objects_detection_1721311532.json',
  'objects_detection.json',
  'object_detection_20240718_140532.ndjson',
  'objects__detection_20240718_140532.json',
  'objects_detection__20240718_140532.jsonl',
  'OBJECTS_DETECTION.JSON',
  'objects_detection-copy (2).json',
];
const otherNames = [
  'vehicles_status_20240718_140532.json',
  'objects_detection_20240718_140532.json.gz',
  'objects_detection.json/readme.txt',
  'my_objects_detection.json',
  'objects_detections.json',
  'objectsdetection.json',
  'objects_detection',
  'objects_detection.parquet',
];
test('knows its files by name', () => {
  assert.deepEqual(
    names.filter((name) => !definition.source.matches(name)),
    [],
  );
  assert.deepEqual(otherNames.filter(definition.source.matches), []);
});
