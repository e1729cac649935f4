import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { getTaskFigures } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import { Facts } from '../../ui/facts.js';
import { formatCount, formatDuration, formatShare } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { StateBadge } from '../../ui/state-badge.js';
import { Time } from '../../ui/time.js';
import { RunMarks } from '../tasks/run-marks.js';
import styles from './task-page.module.css';

const periods = [
  { value: '1', label: '24 hours' },
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
] as const;

/** How a task's runs went, how long they took and waited. */
export function FiguresTab({ name }: { readonly name: string }) {
  const [texts, change] = useTexts();
  const days = periods.find(({ value }) => value === texts['days'])?.value ?? '7';
  const query = useQuery({
    queryKey: ['tasks', 'figures-of', name, days],
    queryFn: ({ signal }) => call(getTaskFigures({ name, days: Number(days) }, { signal })),
    refetchInterval: 30_000,
    placeholderData: (before) => (before?.task === name ? before : undefined),
    meta: { live: ['runs'] },
  });
  return (
    <div className={styles['stack']}>
      <div>
        <SegmentedControl
          size="xs"
          aria-label="Figures of the last"
          value={days}
          onChange={(value) => change({ days: value === '7' ? undefined : value })}
          data={periods.map((period) => ({ ...period }))}
        />
      </div>
      <QueryView query={query} what="the figures">
        {({ since, runs, successRate, open, measured, durationMs, waitingMs, lastRuns }) => (
          <>
            <div className={styles['columns']}>
              <Panel
                title="Runs by state"
                side={
                  <span className="dim">
                    since <Time at={since} />
                  </span>
                }
              >
                <ul className={styles['states']}>
                  {Object.entries(runs).map(([state, count]) => (
                    <li key={state}>
                      <StateBadge kind="run" state={state} />
                      {count === 0 ? (
                        <span className="dim">0</span>
                      ) : (
                        <PageLink to="/runs" search={{ task: name, state, from: since }}>
                          {formatCount(count)}
                        </PageLink>
                      )}
                    </li>
                  ))}
                </ul>
              </Panel>
              <Panel
                title="How long they take"
                side={<span className="dim">of the {formatCount(measured)} newest that have ended</span>}
              >
                <Facts
                  of={{
                    'Duration, p50': duration(durationMs.p50),
                    'Duration, p95': duration(durationMs.p95),
                    'Waited, p50': duration(waitingMs.p50),
                    'Waited, p95': duration(waitingMs.p95),
                    'Succeeded, of those that did or failed': successRate === null ? '–' : formatShare(successRate),
                    'Open now, whenever recorded': formatCount(open),
                  }}
                />
              </Panel>
            </div>
            <Panel title="The last 20 runs">
              <RunMarks runs={lastRuns} task={name} />
            </Panel>
          </>
        )}
      </QueryView>
    </div>
  );
}

const duration = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms));
