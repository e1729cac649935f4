import type { FileReasons, Overview, Platform, RunFailures } from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';
import { countOf, formatDuration } from '../../ui/format.js';

/** Something that a person should look at. */
export interface Concern {
  readonly id: string;
  /** `bad`: work is lost or stands still until somebody acts; `warn`: it deserves a look. */
  readonly weight: 'bad' | 'warn';
  /** What it is about: a task, a source, a worker. */
  readonly subject: string;
  readonly words: string;
  /** How many runs or files it concerns: `3 runs`. */
  readonly count?: string;
  readonly lastAt?: string;
  /** The page that acts on it; one of another part of the server when it `isElsewhere`. */
  readonly to: string;
  readonly search?: Texts;
  readonly isElsewhere?: boolean;
}

/** Of causes and reasons the most frequent are shown, the others counted. */
const most = 5;

/** Everything that needs attention, the heaviest first. */
export function concernsOf(
  now: Overview,
  failures: RunFailures | undefined,
  reasons: FileReasons | undefined,
  platform: Platform | undefined,
): readonly Concern[] {
  const all = [
    ...unknownParts(now),
    ...faultsOf(platform),
    ...workersOf(now),
    ...pausedOf(now),
    ...schedulesOf(now),
    ...failuresOf(now, failures),
    ...quarantineOf(now, reasons),
  ];
  return [...all.filter(({ weight }) => weight === 'bad'), ...all.filter(({ weight }) => weight === 'warn')];
}

const unknownParts = ({ unknown }: Overview): Concern[] =>
  unknown.map(({ part, reason }) => ({
    id: `unknown ${part}`,
    weight: 'bad',
    subject: 'Overview',
    words: `${part} cannot be read: ${reason}`,
    to: '/workers',
  }));

/** What keeps the platform from its work; of workers and paused queues the overview says more. */
const faultsOf = (platform: Platform | undefined): Concern[] =>
  (platform?.faults ?? [])
    .filter(({ check }) => check !== 'workers' && check !== 'queues')
    .map(({ check, reason }) => ({
      id: `fault ${check}`,
      weight: 'bad',
      subject: check.charAt(0).toUpperCase() + check.slice(1),
      words: reason,
      to: '/workers',
    }));

function workersOf({ workers, runs }: Overview): Concern[] {
  if (!workers) return [];
  const open = runs ? runs.queued + runs.running : 0;
  const none: Concern = {
    id: 'no worker',
    weight: 'bad',
    subject: 'Workers',
    words: `none gives signs of life${open > 0 ? `; ${countOf(open, 'run')} ${open === 1 ? 'waits' : 'wait'} for one` : ''}`,
    to: '/workers',
  };
  return [
    ...(workers.living === 0 ? [none] : []),
    ...workers.quiet.map(
      ({ id, host, pid, state, silentSeconds }): Concern => ({
        id: `worker ${id}`,
        weight: 'warn',
        subject: `${host} ${pid}`,
        words: `worker ${state}: no sign of life for ${formatDuration(silentSeconds * 1_000)}`,
        to: `/workers/${id}`,
      }),
    ),
  ];
}

const pausedOf = ({ pausedTasks, pausedQueues }: Overview): Concern[] => [
  ...(pausedQueues ?? []).map(
    (name): Concern => ({
      id: `queue ${name}`,
      weight: 'warn',
      subject: name,
      words: 'queue paused: none of its runs begins until it is resumed',
      to: `/queues/queue/${encodeURIComponent(name)}`,
      isElsewhere: true,
    }),
  ),
  ...(pausedTasks ?? []).map(
    (name): Concern => ({
      id: `task ${name}`,
      weight: 'warn',
      subject: name,
      words: 'task paused: none of its runs begins until it is resumed',
      to: `/tasks/${encodeURIComponent(name)}`,
    }),
  ),
];

const schedulesOf = ({ schedules }: Overview): Concern[] =>
  (schedules ?? []).map(({ schedule, missed, skipped, failed }) => {
    const parts = [
      ...(missed === null || missed > 0 ? [`missed ${missed === null ? 'slots' : countOf(missed, 'slot')}`] : []),
      ...(skipped > 0 ? [`skipped ${countOf(skipped, 'slot')}`] : []),
      ...(failed > 0 ? [`could record no run for ${countOf(failed, 'slot')}`] : []),
    ];
    return {
      id: `schedule ${schedule}`,
      weight: failed > 0 || missed !== 0 ? 'bad' : 'warn',
      subject: schedule,
      words: `schedule ${parts.join(', ')} in the last 24 hours`,
      to: `/schedules/${encodeURIComponent(schedule)}`,
    };
  });

function failuresOf({ failedRuns }: Overview, failures: RunFailures | undefined): Concern[] {
  if (!failedRuns || failedRuns.count === 0) return [];
  const from = failedRuns.since;
  // Until the causes are read, and of what came since, there are the counts by task.
  if (!failures || failures.causes.length === 0)
    return failedRuns.tasks.slice(0, most).map(({ task, count }) => ({
      id: `failed ${task}`,
      weight: 'bad',
      subject: task,
      words: 'failed in the last 24 hours',
      count: countOf(count, 'run'),
      to: '/runs',
      search: { state: 'failed', task, from },
    }));
  const shown = failures.causes.slice(0, most).map(
    ({ task, error, message, count, lastAt, example }): Concern => ({
      id: `cause ${task} ${error} ${message}`,
      weight: 'bad',
      subject: task,
      words: example.message !== null && count === 1 ? example.message : (message ?? error ?? 'failed without a word'),
      count: countOf(count, 'run'),
      lastAt,
      to: count === 1 ? `/runs/${example.runId}` : '/runs',
      ...(count === 1 ? {} : { search: { state: 'failed', task, error: error ?? undefined, from } }),
    }),
  );
  const rest = failures.causeCount - shown.length;
  return rest <= 0
    ? shown
    : [
        ...shown,
        {
          id: 'more causes',
          weight: 'bad',
          subject: 'Failed runs',
          words: `${countOf(rest, 'more cause')} of failed runs`,
          to: '/runs',
          search: { state: 'failed', from },
        },
      ];
}

function quarantineOf({ files }: Overview, reasons: FileReasons | undefined): Concern[] {
  if (!files || files.quarantined === 0) return [];
  if (!reasons || reasons.items.length === 0)
    return [
      {
        id: 'quarantine',
        weight: 'warn',
        subject: 'Quarantine',
        words: 'could not be loaded',
        count: countOf(files.quarantined, 'file'),
        to: '/quarantine',
      },
    ];
  const shown = reasons.items.slice(0, most).map(
    ({ source, code, count, lastAt, example }): Concern => ({
      id: `reason ${source} ${code}`,
      weight: 'warn',
      subject: source,
      words: example.reason ?? code ?? 'no reason was given',
      count: countOf(count, 'file'),
      lastAt,
      to: '/quarantine',
      search: { source, code: code ?? undefined },
    }),
  );
  const rest = reasons.items.length - shown.length;
  return rest <= 0
    ? shown
    : [
        ...shown,
        {
          id: 'more reasons',
          weight: 'warn',
          subject: 'Quarantine',
          words: `${countOf(rest, 'more reason')} why files could not be loaded`,
          to: '/quarantine',
        },
      ];
}
