import { eventSample } from '#samples/events.js';
import { createRandom } from '#samples/random.js';
import { openTaskRunner, type TaskRunner } from '../helpers/task-runner.js';
import { type TestApi, withApi } from './api-fixture.js';

/** A detection as the test knows it from the file's text. */
export interface Detection {
  readonly vehicleId: string;
  /** Microseconds since 1970. */
  readonly at: bigint;
  readonly objectType: string;
  readonly objectValue: number;
}

/** A report of a status as the test knows it from the file's text. */
export interface Report {
  readonly vehicleId: string;
  readonly at: bigint;
  readonly status: string;
  readonly fileId: bigint;
  readonly ordinal: number;
}

/** What the files that are in the inbox hold. */
export interface FleetFacts {
  readonly detections: readonly Detection[];
  readonly reports: readonly Report[];
}

/** The API and a worker's insides over one database and inbox. */
export interface Fleet {
  readonly api: TestApi;
  readonly runner: TaskRunner;
  /** Loads a file, in place of what its path had. @returns its id */
  load(source: FleetSource, path: string, text: string): Promise<string>;
  /** What the rows have to say now. */
  facts(): FleetFacts;
}

export type FleetSource = 'objects-detection' | 'vehicle-status';

/** Runs a test with the API, a worker, and files that the test knows. */
export async function withFleet(work: (fleet: Fleet) => Promise<void>): Promise<void> {
  await withApi(async (api) => {
    const runner = await openTaskRunner({ url: api.url, pool: api.pool }, api.inbox, {});
    const files = new Map<string, { readonly source: FleetSource; readonly id: string; readonly text: string }>();
    try {
      await work({
        api,
        runner,
        async load(source, path, text) {
          const id = await runner.drop(source, path, Buffer.from(text));
          const { state, error } = await runner.run(`load-${source}`, { files: [id] });
          if (state !== 'succeeded') throw new Error(`${path} did not load: ${JSON.stringify(error)}`);
          files.set(path, { source, id, text });
          return id;
        },
        facts() {
          const all = [...files.values()];
          const of = (source: FleetSource) => all.filter((file) => file.source === source);
          return {
            detections: of('objects-detection').flatMap(({ text }) => eventsIn(text).flatMap(detectionsOf)),
            reports: of('vehicle-status').flatMap(({ text, id }) =>
              eventsIn(text).map((event, ordinal) => reportOf(event, BigInt(id), ordinal)),
            ),
          };
        },
      });
    } finally {
      await runner.close();
    }
  });
}

/**
 * Loads samples of both kinds in no order, some of them in two versions and some once more, and a file in which an event
 * names a type twice and vehicles report at one instant.
 */
export async function loadSamples(fleet: Fleet, count: number, seed = 7): Promise<void> {
  const random = createRandom(seed, 'order of files');
  const samples = Array.from({ length: count }, (_, index) => eventSample(index, seed)).sort(() => random.next() - 0.5);
  const sourceOf = (kind: string): FleetSource => (kind === 'vehicle-status' ? kind : 'objects-detection');
  for (const [nth, { file, text }] of samples.entries()) {
    const source = sourceOf(file.kind);
    const other = 1_000 + 2 * nth + (source === 'vehicle-status' ? 1 : 0);
    if (nth % 5 === 0) await fleet.load(source, file.path, eventSample(other, seed).text);
    const id = await fleet.load(source, file.path, text);
    if (nth % 7 === 0) await fleet.runner.run(`load-${source}`, { files: [id] });
  }
  await fleet.load('objects-detection', 'twice/objects_detection.json', twice);
  await fleet.load('vehicle-status', 'late/vehicles_status.json', JSON.stringify({ vehicle_status: ties }));
  await fleet.load(
    'vehicle-status',
    'later/vehicles_status.json',
    JSON.stringify({ vehicle_status: ties.slice(1, 2) }),
  );
}

const twice = JSON.stringify({
  objects_detection_events: [
    {
      vehicle_id: 'only detects',
      detection_time: '2022-06-05T23:59:59.999999Z',
      detections: [
        { object_type: 'pedestrians', object_value: 3 },
        { object_type: 'pedestrians', object_value: 3 },
        { object_type: 'cars', object_value: 2_147_483_647 },
        { object_type: 'cars', object_value: 2_147_483_647 },
      ],
    },
  ],
});

const ties = [
  { vehicle_id: 'only reports', report_time: '2022-06-05T00:00:00.000001Z', status: 'parking' },
  { vehicle_id: 'only reports', report_time: '2022-06-05T00:00:00.000001Z', status: 'accident' },
  { vehicle_id: 'only reports', report_time: '2022-06-05T00:00:00.000001Z', status: 'driving' },
  { vehicle_id: 'never anything/else?', report_time: '2022-06-05T00:00:00Z', status: 'parking' },
];

type Event = Readonly<Record<string, unknown>>;

/** The events of a file in any of the layouts, without our own reader. */
function eventsIn(text: string): Event[] {
  const plain = text.replace(/^\uFEFF/, '').trim();
  let document: unknown;
  try {
    document = JSON.parse(plain);
  } catch {
    document = plain.split(/\r?\n/).map((line): unknown => JSON.parse(line));
  }
  if (Array.isArray(document)) return document;
  const fields = document as Event;
  const list = Object.values(fields).find((value) => Array.isArray(value) && !('vehicle_id' in fields));
  return Array.isArray(list) ? list : [fields];
}

function detectionsOf(event: Event): Detection[] {
  const { vehicle_id, detection_time, detections } = event;
  const list: readonly Event[] = Array.isArray(detections) ? detections : [event];
  return list.map(({ object_type, object_value }) => ({
    vehicleId: String(vehicle_id),
    at: microseconds(String(detection_time)),
    objectType: String(object_type),
    objectValue: Number(object_value),
  }));
}

const reportOf = ({ vehicle_id, report_time, status }: Event, fileId: bigint, ordinal: number): Report => ({
  vehicleId: String(vehicle_id),
  at: microseconds(String(report_time)),
  status: String(status),
  fileId,
  ordinal,
});

/** Microseconds since 1970 of an ISO time with up to six decimals. */
export function microseconds(iso: string): bigint {
  const decimals = /\.(\d+)/.exec(iso)?.[1] ?? '';
  const seconds = BigInt(Date.parse(iso.replace(/\.\d+/, ''))) * 1000n;
  return seconds + BigInt(decimals.padEnd(6, '0').slice(0, 6));
}

/** As the API shows an instant. */
export function instant(at: bigint): string {
  const millis = new Date(Number(at / 1000n)).toISOString();
  const rest = at % 1000n;
  return rest === 0n ? millis : `${millis.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}
