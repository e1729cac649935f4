import { table, whole } from '../load/report.js';
import { isSameSubject, type Measurement, middleOf, type Subject } from './figures.js';
import { type Section, sections } from './options.js';

/** A figure in a table: its title, its name and its digits after the point. */
type Column = readonly [title: string, figure: string, digits: number];

interface SectionReport {
  readonly title: string;
  /** What `units` are. */
  readonly units: string;
  /** The figure whose middle value chooses the round. */
  readonly by: string;
  readonly columns: readonly Column[];
}

const costColumns: readonly Column[] = [
  ['statements', 'statements', 3],
  ['commits', 'commits', 3],
  ['PG trips', 'postgresTrips', 3],
  ['WAL kB', 'walKb', 2],
  ['WAL syncs', 'walSyncs', 3],
  ['Redis commands', 'redisCommands', 1],
  ['Redis trips', 'redisTrips', 2],
  ['CPU ms workers', 'workersCpuMs', 3],
  ['CPU ms PG', 'postgresCpuMs', 3],
  ['CPU ms Redis', 'redisCpuMs', 3],
];

const reports: Readonly<Record<Section, SectionReport>> = {
  noop: {
    title: 'noop: no-op runs that wait when the workers begin; costs per run',
    units: 'runs',
    by: 'rate',
    columns: [['seconds', 'seconds', 2], ['runs/s', 'rate', 0], ...costColumns],
  },
  sequential: {
    title: 'sequential: one no-op run invoked after another; costs per invocation',
    units: 'invocations',
    by: 'medianMs',
    columns: [
      ['seconds', 'seconds', 2],
      ['median ms', 'medianMs', 2],
      ['p95 ms', 'p95Ms', 2],
      ['mean ms', 'meanMs', 2],
      ['gaps ≥ 1 s', 'stalls', 0],
      ...costColumns,
    ],
  },
  step: {
    title: 'step: calls of context.step, measured in the body; costs per call',
    units: 'steps',
    by: 'medianMs',
    columns: [['seconds', 'seconds', 2], ['median ms', 'medianMs', 3], ['p95 ms', 'p95Ms', 3], ...costColumns],
  },
  fanout: {
    title: 'fanout: one invokeAll of no-op runs, from the start of the parent to its end; costs per child',
    units: 'children',
    by: 'seconds',
    columns: [['seconds', 'seconds', 2], ['children/s', 'rate', 0], ...costColumns],
  },
  idle: {
    title: 'idle: the whole product with nothing to do; per minute, CPU in % of a core',
    units: '',
    by: 'statements',
    columns: [
      ['measured s', 'seconds', 0],
      ['statements', 'statements', 0],
      ['commits', 'commits', 0],
      ['WAL kB', 'walKb', 0],
      ['Redis commands', 'redisCommands', 0],
      ['Redis reads', 'redisReads', 0],
      ['CPU own', 'ownCpuShare', 1],
      ['CPU servers', 'serverCpuShare', 1],
    ],
  },
};

/** The tables of a bench as text: of each subject the round in the middle. */
export function renderRuns(measurements: readonly Measurement[]): string {
  return sections
    .filter((section) => measurements.some((each) => each.section === section))
    .map((section) => renderSection(section, measurements))
    .join('\n\n');
}

function renderSection(section: Section, measurements: readonly Measurement[]): string {
  const report = reports[section];
  const subjects = subjectsOf(measurements.filter((each) => each.section === section));
  const roundsOf = (subject: Subject): Measurement[] => measurements.filter((each) => isSameSubject(each, subject));
  const middles = subjects.flatMap((subject) => middleOf(roundsOf(subject), report.by) ?? []);
  const done = middles.filter(({ failure }) => failure === undefined);
  // What is nothing in all rows, like Redis without Redis, is no column.
  const columns = report.columns.filter(([, figure]) => done.some(({ figures }) => (figures[figure] ?? 0) !== 0));
  const lines = [report.title];
  if (done.length > 0) {
    lines.push(
      table(
        ['who', 'carrier', ...(report.units === '' ? [] : [report.units]), ...columns.map(([title]) => title)],
        done.map((each) => [
          each.who,
          each.carrier,
          ...(report.units === '' ? [] : [whole(each.units)]),
          ...columns.map(([, figure, digits]) => inDigits(each.figures[figure], digits)),
        ]),
      ),
    );
  }
  for (const each of done) {
    if (each.hundreds && each.hundreds.length > 1)
      lines.push(`  ms by hundred, ${nameOf(each)}: ${renderHundreds(each.hundreds)}`);
  }
  for (const subject of subjects) {
    const rounds = roundsOf(subject);
    const failures = new Set(rounds.flatMap(({ failure }) => failure ?? []));
    for (const failure of failures) lines.push(`  ${nameOf(subject)}: ${failure}`);
    if (rounds.length > 1 && failures.size < rounds.length) {
      const [, , digits] = report.columns.find(([, figure]) => figure === report.by) ?? ['', '', 2];
      const values = rounds.map(({ figures }) => inDigits(figures[report.by], digits));
      lines.push(`  all rounds, ${nameOf(subject)}: ${values.join('  ')}`);
    }
  }
  return lines.join('\n');
}

/** In the order of their first measurement. */
function subjectsOf(measurements: readonly Measurement[]): Subject[] {
  return measurements.filter((each, index) => measurements.findIndex((other) => isSameSubject(each, other)) === index);
}

/** A subject in a line of its own. */
export function nameOf({ who, carrier, units }: Subject): string {
  return `${who} on ${carrier}${units === 0 ? '' : `, ${whole(units)}`}`;
}

const renderHundreds = (hundreds: readonly number[]): string => hundreds.map((ms) => ms.toPrecision(3)).join('  ');

function inDigits(value: number | undefined, digits: number): string {
  if (value === undefined || Number.isNaN(value)) return '';
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
