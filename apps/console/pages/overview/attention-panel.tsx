import { Group, Text } from '@mantine/core';
import { IconAlertCircle, IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../../client/call.js';
import { usePlatform } from '../../client/platform.js';
import { listFileReasons, listRunFailures, type Overview } from '../../generated/api.js';
import { countOf } from '../../ui/format.js';
import { Panel } from '../../ui/panel.js';
import { Time } from '../../ui/time.js';
import { type Concern, concernsOf } from './attention.js';
import styles from './attention-panel.module.css';

/** What somebody should look at, each with the way to the page that acts on it. */
export function AttentionPanel({ now }: { readonly now: Overview }) {
  const since = now.failedRuns?.since;
  const failures = useQuery({
    queryKey: ['runs', 'failures', 'overview', since],
    queryFn: ({ signal }) => call(listRunFailures({ $from: since, limit: 6 }, { signal })),
    enabled: (now.failedRuns?.count ?? 0) > 0,
    placeholderData: keepPreviousData,
    meta: { live: ['runs'] },
  });
  const reasons = useQuery({
    queryKey: ['files', 'reasons'],
    queryFn: ({ signal }) => call(listFileReasons({ signal })),
    enabled: (now.files?.quarantined ?? 0) > 0,
    meta: { live: ['files'] },
  });
  const concerns = concernsOf(now, failures.data, reasons.data, usePlatform().data);
  return (
    <Panel
      title="Needs attention"
      flush={concerns.length > 0}
      side={concerns.length > 0 && <span className="dim">{countOf(concerns.length, 'thing')}</span>}
    >
      {concerns.length === 0 ? (
        <Group gap="xs" wrap="nowrap">
          <IconCircleCheck size={20} color="var(--mr-good)" aria-hidden />
          <Text size="sm">
            Nothing needs attention: no run failed in the last 24 hours, no file is in quarantine, no schedule missed a
            slot, nothing is paused, every worker gives signs of life.
          </Text>
        </Group>
      ) : (
        <ul className={styles['list']}>
          {concerns.map((concern) => (
            <Row key={concern.id} {...concern} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Row(concern: Concern) {
  const { to, search, isElsewhere } = concern;
  return (
    <li>
      {isElsewhere ? (
        <a href={to} className={styles['row']}>
          <Words {...concern} />
        </a>
      ) : (
        <Link to={to} search={search ?? {}} className={styles['row']}>
          <Words {...concern} />
        </Link>
      )}
    </li>
  );
}

function Words({ weight, subject, words, count, lastAt }: Concern) {
  const Icon = weight === 'bad' ? IconAlertCircle : IconAlertTriangle;
  return (
    <>
      <Icon
        size={16}
        color={weight === 'bad' ? 'var(--mr-bad)' : 'var(--mr-warn)'}
        aria-label={weight === 'bad' ? 'Serious' : 'Warning'}
        role="img"
        className={styles['icon']}
      />
      <span className={styles['subject']}>{subject}</span>
      <span className={styles['words']} title={words}>
        {words}
      </span>
      <span className={styles['count']}>{count}</span>
      <span className={styles['time']}>{lastAt !== undefined && <Time at={lastAt} />}</span>
    </>
  );
}
