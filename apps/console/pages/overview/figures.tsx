import { Link } from '@tanstack/react-router';
import type { Overview } from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';
import { formatDuration, formatRate, formatShort } from '../../ui/format.js';
import styles from './figures.module.css';

interface Figure {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly to: string;
  readonly search?: Texts;
}

const unknown = 'not known now';

/** The few numbers that say how it goes, each with the way to what it counts. */
export function Figures({ now }: { readonly now: Overview }) {
  return (
    <nav aria-label="What happens now" className={styles['figures']}>
      {[runningOf(now), waitingOf(now), rowsOf(now), imagesOf(now), filesOf(now), workersOf(now)].map((figure) => (
        <Link key={figure.label} to={figure.to} search={figure.search ?? {}} className={styles['figure']}>
          <span className={styles['label']}>{figure.label}</span>
          <span className={styles['value']}>{figure.value}</span>
          <span className={styles['note']}>{figure.note}</span>
        </Link>
      ))}
    </nav>
  );
}

function runningOf({ runs, failedRuns }: Overview): Figure {
  return {
    label: 'Running',
    value: runs ? formatShort(runs.running) : '–',
    note: failedRuns ? `${formatShort(failedRuns.count)} failed in 24 h` : unknown,
    to: '/runs',
    search: { state: 'running' },
  };
}

function waitingOf({ runs, queues }: Overview): Figure {
  const longest = Math.max(0, ...(queues ?? []).map(({ oldestSeconds }) => oldestSeconds));
  return {
    label: 'Waiting for a worker',
    value: runs ? formatShort(runs.queued) : '–',
    note: queues ? (longest > 0 ? `longest for ${formatDuration(longest * 1_000)}` : 'none waits') : unknown,
    to: '/runs',
    search: { state: 'queued' },
  };
}

function rowsOf({ loads }: Overview): Figure {
  return {
    label: 'Rows per second',
    value: loads ? formatRate(loads.minute.rowsPerSecond) : '–',
    note: loads ? `${formatShort(loads.hour.rows)} in the last hour` : unknown,
    to: '/datasets',
  };
}

/** The source of pictures. */
const pictures = 'images';

function imagesOf({ loads }: Overview): Figure {
  const filesOf = (sources: readonly { source: string; files: number }[]): number =>
    sources.find(({ source }) => source === pictures)?.files ?? 0;
  return {
    label: 'Pictures per second',
    value: loads ? formatRate(filesOf(loads.minute.sources) / loads.minute.seconds) : '–',
    note: loads ? `${formatShort(filesOf(loads.hour.sources))} in the last hour` : unknown,
    to: `/datasets/${pictures}`,
  };
}

function filesOf({ files }: Overview): Figure {
  return {
    label: 'Files on their way',
    value: files ? formatShort(files.arriving + files.settled + files.loading) : '–',
    note: files ? `${formatShort(files.loaded)} loaded` : unknown,
    to: '/files',
    search: { state: 'arriving,settled,loading' },
  };
}

function workersOf({ workers }: Overview): Figure {
  const quiet = [
    ...(workers && workers.silent > 0 ? [`${workers.silent} silent`] : []),
    ...(workers && workers.lost > 0 ? [`${workers.lost} lost`] : []),
  ];
  return {
    label: 'Workers',
    value: workers ? formatShort(workers.living) : '–',
    note: workers ? quiet.join(', ') || (workers.living > 0 ? 'all give signs of life' : 'no run begins') : unknown,
    to: '/workers',
  };
}
