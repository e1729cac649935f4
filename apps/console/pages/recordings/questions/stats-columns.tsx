import { formatCount, formatRate } from '../../../ui/format.js';
import type { Column } from '../../../ui/table/column.js';
import { formatInstant } from '../../../ui/time-words.js';
import { RecordingLink } from '../links.js';

/** Figures of a group of sensor values. */
export interface SensorFigures {
  readonly recording?: string;
  readonly location?: string;
  readonly metric?: string;
  readonly bucket?: string;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number | null;
  readonly stddev: number | null;
  readonly percentiles?: Readonly<Record<string, number>>;
}

/** What makes a group one of its own, the time left out. */
export const nameOf = ({ recording, location, metric }: SensorFigures): string =>
  [recording, location, metric].filter((part) => part !== undefined).join(' · ') || 'all values';

export const keyOf = (group: SensorFigures): string => JSON.stringify([nameOf(group), group.bucket]);

const formatFigure = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : formatRate(value);

/** The columns that these groups have. */
export function statsColumns(groups: readonly SensorFigures[]): readonly Column<SensorFigures>[] {
  const [first] = groups;
  const percents = Object.keys(first?.percentiles ?? {}).sort((a, b) => Number(a) - Number(b));
  const keys: readonly (Column<SensorFigures> | undefined)[] = [
    first?.recording === undefined
      ? undefined
      : {
          id: 'recording',
          header: 'Recording',
          isFixed: true,
          cell: ({ recording }) => <RecordingLink id={recording ?? ''} />,
        },
    first?.location === undefined
      ? undefined
      : { id: 'location', header: 'Location', isFixed: true, cell: ({ location }) => location },
    first?.metric === undefined
      ? undefined
      : { id: 'metric', header: 'Metric', isFixed: true, cell: ({ metric }) => metric },
    first?.bucket === undefined
      ? undefined
      : { id: 'bucket', header: 'From', isFixed: true, cell: ({ bucket }) => formatInstant(bucket ?? '') },
  ];
  return [
    ...keys.filter((column) => column !== undefined),
    { id: 'count', header: 'Values', isNumeric: true, cell: ({ count }) => formatCount(count) },
    { id: 'min', header: 'Smallest', isNumeric: true, cell: ({ min }) => formatFigure(min) },
    { id: 'mean', header: 'Mean', isNumeric: true, cell: ({ mean }) => formatFigure(mean) },
    { id: 'max', header: 'Largest', isNumeric: true, cell: ({ max }) => formatFigure(max) },
    {
      id: 'stddev',
      header: 'Deviation',
      about: 'Standard deviation of a sample',
      isNumeric: true,
      cell: ({ stddev }) => formatFigure(stddev),
    },
    ...percents.map(
      (percent): Column<SensorFigures> => ({
        id: `p${percent}`,
        header: `${percent} %`,
        about: `${percent} per cent of the values are no larger`,
        isNumeric: true,
        cell: ({ percentiles }) => formatFigure(percentiles?.[percent]),
      }),
    ),
  ];
}
