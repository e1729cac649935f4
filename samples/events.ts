import { eventLayouts } from './event-layouts.js';
import { objectsDetectionExample, vehicleStatusExample } from './examples.js';
import type { SampleFile } from './manifest.js';
import { createRandom, cycle, type Random } from './random.js';

/** A sample file of events, before it is written. */
export interface EventSample {
  readonly file: SampleFile;
  readonly text: string;
}

const maxEvents = 40;
const vehicles = 12;
const objectTypes = ['pedestrians', 'cars', 'signs', 'trucks', 'obstacles', 'vehicles', 'bicycles'];
const statuses = ['driving', 'driving', 'driving', 'parking', 'parking', 'accident'];

/** How the name of a file gives its time, the last one not at all. */
const nameTimes: readonly ((iso: string) => string)[] = [
  (iso) => `_${compact(iso).replace('T', '_')}`,
  (iso) => `_${compact(iso)}`,
  (iso) => `_${Math.floor(Date.parse(iso) / 1000)}`,
  () => '',
];

/** Writes the time of an event, given in ISO form with milliseconds and Z. */
type TimeStyle = (iso: string, random: Random) => string;

/** How an event gives its time: milliseconds, a numeric offset, microseconds. */
const eventTimes: readonly TimeStyle[] = [
  (iso) => iso,
  (iso) => iso.replace('Z', '+00:00'),
  (iso, random) => iso.replace('Z', `${String(random.int(0, 999)).padStart(3, '0')}Z`),
];

/**
 * The sample of an index: 0 and 1 are the two known documents, then detections (even) and statuses (odd) in turn
 * through all layouts, name styles and time styles. The counts of the styles have no common factor, so all
 * combinations occur in the long run.
 */
export function eventSample(index: number, seed: number): EventSample {
  if (index === 0) return example('objects-detection', objectsDetectionExample);
  if (index === 1) return example('vehicle-status', vehicleStatusExample);
  const random = createRandom(seed, `events ${index}`);
  const turn = Math.floor(index / 2) - 1;
  return index % 2 === 0 ? detectionSample(index, turn, random) : statusSample(index, turn, random);
}

interface DetectionEvent {
  readonly vehicle_id: string;
  readonly detection_time: string;
  readonly detections: readonly { readonly object_type: string; readonly object_value: number }[];
}

/** A detection event with one to five detections, rarely none, some of them of the same type. */
export function detectionEvent(random: Random, time: TimeStyle = (iso) => iso): DetectionEvent {
  const detections = Array.from({ length: random.int(0, 20) === 0 ? 0 : random.int(1, 5) }, () => detection(random));
  return { vehicle_id: vehicleId(random), detection_time: time(randomTime(random), random), detections };
}

function detectionSample(index: number, turn: number, random: Random): EventSample {
  const events = eventsOf(turn, random, (time) => detectionEvent(random, time));
  const plan = {
    kind: 'objects-detection',
    prefix: cycle(['objects_detection', 'object_detection', 'objects__detection'], turn),
    wrapperKey: 'objects_detection_events',
  } as const;
  if (turn % 5 !== 1) {
    const rows = events.reduce((sum, event) => sum + event.detections.length, 0);
    return sample(plan, index, turn, events, rows);
  }
  const flat = events.map(({ vehicle_id, detection_time }) => ({ vehicle_id, detection_time, ...detection(random) }));
  return sample(plan, index, turn, flat, flat.length);
}

function statusSample(index: number, turn: number, random: Random): EventSample {
  const events = eventsOf(turn, random, (time) => ({
    vehicle_id: vehicleId(random),
    report_time: time(randomTime(random), random),
    status: random.pick(statuses),
  }));
  const plan = {
    kind: 'vehicle-status',
    prefix: cycle(['vehicles_status', 'vehicle_status', 'vehicles__status'], turn),
    wrapperKey: 'vehicle_status',
  } as const;
  return sample(plan, index, turn, events, events.length);
}

function eventsOf<T>(turn: number, random: Random, event: (time: TimeStyle) => T): T[] {
  const count = Math.min(cycle(eventLayouts, turn).maxEvents, random.int(1, maxEvents));
  return Array.from({ length: count }, () => event(cycle(eventTimes, turn)));
}

function sample(
  { kind, prefix, wrapperKey }: { kind: SampleFile['kind']; prefix: string; wrapperKey: string },
  index: number,
  turn: number,
  events: readonly unknown[],
  expectedRows: number,
): EventSample {
  const layout = cycle(eventLayouts, turn);
  const time = cycle(nameTimes, turn)(new Date(Date.UTC(2024, 6, 18, 14, 5, 32 + index)).toISOString());
  // Names without a time repeat, so each has a folder of its own.
  const folder = time === '' ? `json/${String(index).padStart(5, '0')}` : 'json';
  const path = `${folder}/${prefix}${time}.${layout.extension}`;
  return { file: { path, kind, expectedRows }, text: layout.write(wrapperKey, events) };
}

function example(
  kind: SampleFile['kind'],
  { fileName, rows, document }: typeof objectsDetectionExample | typeof vehicleStatusExample,
): EventSample {
  return { file: { path: `json/${fileName}`, kind, expectedRows: rows }, text: JSON.stringify(document) };
}

function detection(random: Random): { object_type: string; object_value: number } {
  return { object_type: random.pick(objectTypes), object_value: random.int(0, 9) };
}

/** One of a dozen ids: 32 hexadecimal digits, and sometimes a first letter that is none, as in the real data. */
function vehicleId(random: Random): string {
  const vehicle = random.int(1, vehicles);
  const digits = createRandom(vehicle, 'vehicle');
  const first = vehicle % 4 === 0 ? 'q' : 'e';
  return first + Array.from({ length: 31 }, () => digits.int(0, 15).toString(16)).join('');
}

/** A time in June 2022, to the millisecond, in no order: reports arrive late, too. */
function randomTime(random: Random): string {
  return new Date(Date.UTC(2022, 5, 1) + random.int(0, 30 * 86_400_000 - 1)).toISOString();
}

/** `20240718T140532` of an ISO time. */
function compact(iso: string): string {
  return iso.slice(0, 19).replace(/[-:]/g, '');
}
