import { createRandom, cycle, type Random } from '../random.js';

/** One car drive, as files have it. */
export interface SampleDrive {
  readonly id: string;
  readonly location: string;
}

/** One camera of a drive. */
export interface SampleFootage {
  readonly id: string;
  readonly footage_type: string;
  /** Below the folder of the footages: a folder, a `.zip` or an `.h5`. */
  readonly filename: string;
  readonly recording: string;
  readonly frames: number;
}

/** Something that is seen in a frame. Times are unix seconds, `relative_timestamp` is the frame's index. */
export interface SampleLabel {
  readonly timestamp: number;
  readonly relative_timestamp: number;
  readonly label_type: string;
  /** 0 to 1, two decimals. */
  readonly label_certainty: number;
  readonly footage: string;
}

/** One value of one metric in one second of a drive. */
export interface SampleSensor {
  readonly timestamp: number;
  readonly relative_timestamp: number;
  readonly metric_type: string;
  readonly metric_value: number;
  readonly recording: string;
}

/** A recording with all that belongs to it. */
export interface SampleRecording {
  readonly index: number;
  readonly drive: SampleDrive;
  readonly footages: readonly SampleFootage[];
  readonly labels: readonly SampleLabel[];
  readonly sensors: readonly SampleSensor[];
}

const locations = ['Budapest', 'Vienna', 'Budapest', 'Graz'];
const labelTypes = ['pedestrian', 'animal', 'car', 'motor', 'street_sign', 'bicycle', 'truck'];

/** What the frames of a footage lie in. */
export const containerKinds = ['folder', 'zip', 'hdf5'] as const;
export type ContainerKind = (typeof containerKinds)[number];
const endings: Record<ContainerKind, string> = { folder: '', zip: '.zip', hdf5: '.h5' };

/** The kind of container of a recording's front (0) or back (1) camera. */
export const containerKindOf = (index: number, camera: number): ContainerKind => cycle(containerKinds, index + camera);

/** The first second of the first drive, 2024-07-18 06:00 UTC; each drive begins seven hours after the one before. */
const firstSecond = Date.UTC(2024, 6, 18, 6) / 1000;
const betweenDrives = 7 * 3600;

/**
 * The recording of an index: 5 to 40 seconds, two cameras, two metrics each second, up to three labels per frame. One
 * in ten has no labels. The same seed gives the same recording.
 */
export function sampleRecording(index: number, seed: number): SampleRecording {
  const random = createRandom(seed, `recording ${index}`);
  const id = `drive-${String(index + 1).padStart(5, '0')}`;
  const seconds = random.int(5, 40);
  const start = firstSecond + index * betweenDrives;
  const footages = ['front', 'back'].map((type, camera): SampleFootage => {
    const filename = `${id}/${type}${endings[containerKindOf(index, camera)]}`;
    return { id: `${id}-${type}`, footage_type: type, filename, recording: id, frames: seconds };
  });
  return {
    index,
    drive: { id, location: random.pick(locations) },
    footages,
    labels: index % 10 === 9 ? [] : footages.flatMap((footage) => labelsOf(random, footage.id, start, seconds)),
    sensors: sensorsOf(random, id, start, seconds),
  };
}

function labelsOf(random: Random, footage: string, start: number, seconds: number): SampleLabel[] {
  return Array.from({ length: seconds }, (_, second) =>
    Array.from({ length: random.int(0, 3) }, () => ({
      timestamp: start + second,
      relative_timestamp: second,
      label_type: random.pick(labelTypes),
      label_certainty: random.int(0, 100) / 100,
      footage,
    })),
  ).flat();
}

function sensorsOf(random: Random, recording: string, start: number, seconds: number): SampleSensor[] {
  return Array.from({ length: seconds }, (_, second) => {
    const at = { timestamp: start + second, relative_timestamp: second };
    const speed = random.int(0, 13_000) / 100;
    const acceleration = random.int(-500, 500) / 100;
    return [
      { ...at, metric_type: 'speed', metric_value: speed, recording },
      { ...at, metric_type: 'acceleration', metric_value: acceleration, recording },
    ];
  }).flat();
}
