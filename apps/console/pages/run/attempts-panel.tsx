import { Text } from '@mantine/core';
import type { Attempt, RunDetail } from '../../generated/api.js';
import { Duration } from '../../ui/duration.js';
import { PageLink } from '../../ui/link.js';
import { Panel } from '../../ui/panel.js';
import { StateBadge } from '../../ui/state-badge.js';
import { Time } from '../../ui/time.js';
import styles from './run.module.css';
import { messageOf, nameOf } from './run-error.js';

/** The tries of a run: who had it when, and how each ended. */
export function AttemptsPanel({ run }: { readonly run: RunDetail }) {
  return (
    <Panel title="Attempts" flush>
      {run.attempts.length === 0 ? (
        <Text size="sm" c="dimmed" px={14} pb={12}>
          No worker has begun it yet.
        </Text>
      ) : (
        <table className={styles['small']} aria-label="Attempts">
          <thead>
            <tr>
              <th scope="col" className={styles['number']}>
                No.
              </th>
              <th scope="col">State</th>
              <th scope="col">Worker</th>
              <th scope="col">Began</th>
              <th scope="col" className={styles['number']}>
                Took
              </th>
              <th scope="col">Error</th>
            </tr>
          </thead>
          <tbody>
            {run.attempts.map((attempt) => (
              <AttemptRow key={attempt.number} attempt={attempt} run={run} />
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function AttemptRow({ attempt, run }: { readonly attempt: Attempt; readonly run: RunDetail }) {
  const { number, state, worker, startedAt, endedAt, error, settingsVersion } = attempt;
  const message = messageOf(error);
  return (
    <tr>
      <td className={styles['number']}>
        <PageLink
          to="/runs/$id"
          params={{ id: run.id }}
          search={{ tab: 'log', attempt: String(number) }}
          size="sm"
          title="Its log"
        >
          {number}
        </PageLink>
      </td>
      <td>
        <StateBadge kind="attempt" state={state} />
      </td>
      <td className={styles['tight']}>
        <PageLink to="/workers/$id" params={{ id: worker.id }} size="sm" title={worker.id}>
          {worker.host}, process {worker.pid}
        </PageLink>
        {settingsVersion !== null && <span className="dim"> · settings, version {settingsVersion}</span>}
      </td>
      <td className={styles['tight']}>
        <Time at={startedAt} />
      </td>
      <td className={styles['number']}>
        <Duration startedAt={startedAt} endedAt={endedAt} />
      </td>
      <td>
        {message !== undefined && (
          <Text size="sm" lineClamp={3}>
            {nameOf(error) !== undefined && <b>{nameOf(error)}: </b>}
            {message}
          </Text>
        )}
      </td>
    </tr>
  );
}
