import type { SampleLabel, SampleRecording, SampleSensor } from './model.js';

/** What a group of sensor values may share. */
export type SensorGroup = 'recording' | 'location' | 'metric' | 'minute' | 'hour' | 'day';

/** Which sensor values are asked about; bounds belong to their range. */
export interface SensorQuestion {
  readonly metric?: string;
  readonly recording?: string;
  readonly location?: string;
  /** Unix seconds. */
  readonly from?: number;
  readonly to?: number;
  readonly minValue?: number;
  readonly maxValue?: number;
  readonly groupBy?: readonly SensorGroup[];
}

/** Figures about one group; times of buckets are ISO-8601. */
export interface SensorFigures {
  readonly group: Readonly<Partial<Record<SensorGroup, string>>>;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Of a sample (n − 1); null for a single value. */
  readonly stddev: number | null;
  /** 50, 95 and 99, interpolated. */
  readonly percentiles: Readonly<Record<'50' | '95' | '99', number>>;
}

interface Group {
  readonly group: SensorFigures['group'];
  readonly values: number[];
}

const bucketSeconds = { minute: 60, hour: 3600, day: 86_400 } as const;

/** The figures about sensor values, computed from the samples themselves; groups in the order of their names. */
export function sensorFigures(recordings: readonly SampleRecording[], question: SensorQuestion): SensorFigures[] {
  const groups = new Map<string, Group>();
  for (const { drive, sensors } of recordings) {
    if (question.location !== undefined && drive.location !== question.location) continue;
    for (const sensor of sensors) {
      if (!isAsked(sensor, question)) continue;
      const pairs = (question.groupBy ?? []).map((by) => [by, groupValue(by, sensor, drive.location)]);
      const key = JSON.stringify(pairs);
      const found: Group = groups.get(key) ?? { group: Object.fromEntries(pairs), values: [] };
      found.values.push(sensor.metric_value);
      groups.set(key, found);
    }
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { group, values }]) => ({ group, ...figures(values) }));
}

function isAsked(sensor: SampleSensor, question: SensorQuestion): boolean {
  const { metric, recording, from, to, minValue, maxValue } = question;
  return (
    (metric === undefined || sensor.metric_type === metric) &&
    (recording === undefined || sensor.recording === recording) &&
    (from === undefined || sensor.timestamp >= from) &&
    (to === undefined || sensor.timestamp <= to) &&
    (minValue === undefined || sensor.metric_value >= minValue) &&
    (maxValue === undefined || sensor.metric_value <= maxValue)
  );
}

function groupValue(by: SensorGroup, sensor: SampleSensor, location: string): string {
  if (by === 'recording') return sensor.recording;
  if (by === 'location') return location;
  if (by === 'metric') return sensor.metric_type;
  const seconds = bucketSeconds[by];
  return new Date(Math.floor(sensor.timestamp / seconds) * seconds * 1000).toISOString();
}

function figures(values: readonly number[]): Omit<SensorFigures, 'group'> {
  const sorted = [...values].sort((a, b) => a - b);
  const count = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const percentile = (percent: number): number => {
    const position = ((count - 1) * percent) / 100;
    const low = sorted[Math.floor(position)] ?? Number.NaN;
    const high = sorted[Math.ceil(position)] ?? Number.NaN;
    return low + (high - low) * (position - Math.floor(position));
  };
  return {
    count,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
    mean,
    stddev: count > 1 ? Math.sqrt(squares / (count - 1)) : null,
    percentiles: { 50: percentile(50), 95: percentile(95), 99: percentile(99) },
  };
}

/** What a frame has to have: for each metric a value that fits, for each label one of at least that certainty. */
export interface FrameQuestion {
  readonly metrics?: readonly { readonly metric: string; fits(value: number): boolean }[];
  readonly labels?: readonly { readonly label: string; fits(certainty: number): boolean }[];
  readonly location?: string;
  readonly footageType?: string;
}

/** A frame, and the labels in it that fit. */
export interface MatchingFrame {
  readonly recording: string;
  readonly footage: string;
  readonly index: number;
  readonly labels: readonly { readonly label: string; readonly certainty: number }[];
}

/** The frames that fit, by recording, footage and index. */
export function matchingFrames(recordings: readonly SampleRecording[], question: FrameQuestion): MatchingFrame[] {
  const { metrics = [], labels = [], location, footageType } = question;
  return recordings.flatMap(({ drive, footages, labels: all, sensors }) => {
    if (location !== undefined && drive.location !== location) return [];
    const wanted = footages.filter((each) => footageType === undefined || each.footage_type === footageType);
    return [...wanted]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .flatMap((footage) =>
        Array.from({ length: footage.frames }, (_, index) => index).flatMap((index) => {
          const now = sensors.filter((sensor) => sensor.relative_timestamp === index);
          const seen = all.filter((each) => each.footage === footage.id && each.relative_timestamp === index);
          const fitting = (label: string, fits: (certainty: number) => boolean): SampleLabel[] =>
            seen.filter((each) => each.label_type === label && fits(each.label_certainty));
          const isMatch =
            metrics.every(({ metric, fits }) => now.some((s) => s.metric_type === metric && fits(s.metric_value))) &&
            labels.every(({ label, fits }) => fitting(label, fits).length > 0);
          if (!isMatch) return [];
          const found = labels.flatMap(({ label, fits }) => fitting(label, fits));
          const named = found.map((each) => ({ label: each.label_type, certainty: each.label_certainty }));
          return [{ recording: drive.id, footage: footage.id, index, labels: named }];
        }),
      );
  });
}

/**
 * Of each recording with labels, the classes with the highest certainties, the highest first: of each class the row that
 * has it. Of rows alike the earliest one counts, then the first footage; of classes alike the first by name.
 */
export function topLabels(recordings: readonly SampleRecording[], classes = 5): Map<string, SampleLabel[]> {
  const top = new Map<string, SampleLabel[]>();
  for (const { drive, labels } of recordings) {
    const best = new Map<string, SampleLabel>();
    for (const label of labels) {
      const known = best.get(label.label_type);
      if (known === undefined || isBetter(label, known)) best.set(label.label_type, label);
    }
    const ordered = [...best.values()].sort(
      (a, b) => b.label_certainty - a.label_certainty || (a.label_type < b.label_type ? -1 : 1),
    );
    if (ordered.length > 0) top.set(drive.id, ordered.slice(0, classes));
  }
  return top;
}

function isBetter(a: SampleLabel, b: SampleLabel): boolean {
  if (a.label_certainty !== b.label_certainty) return a.label_certainty > b.label_certainty;
  if (a.relative_timestamp !== b.relative_timestamp) return a.relative_timestamp < b.relative_timestamp;
  return a.footage < b.footage;
}

/** Recordings by their number of labels of at least this certainty, the most first, then by id; those without any left out. */
export function labelRanking(
  recordings: readonly SampleRecording[],
  minCertainty: number,
): { readonly recording: string; readonly labels: number }[] {
  return recordings
    .map(({ drive, labels }) => ({
      recording: drive.id,
      labels: labels.filter((label) => label.label_certainty >= minCertainty).length,
    }))
    .filter(({ labels }) => labels > 0)
    .sort((a, b) => b.labels - a.labels || (a.recording < b.recording ? -1 : 1));
}
