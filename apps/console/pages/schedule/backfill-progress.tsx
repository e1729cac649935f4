import { Progress, Stack, Text } from '@mantine/core';
import type { Backfill } from '../../generated/api.js';
import { countOf, formatCount } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { runStates } from '../../ui/states.js';
import { useRunStates } from './use-schedule-data.js';

export interface BackfillProgressProps {
  readonly name: string;
  readonly backfill: Backfill;
  /** When its runs were recorded; undefined when it has none. */
  readonly span: { readonly from: string | undefined; readonly to: string } | undefined;
}

/** What a backfill has done, and how its runs come on. */
export function BackfillProgress({ name, backfill, span }: BackfillProgressProps) {
  const { data } = useRunStates(name, span);
  const countOfState = (state: string): number => data?.groups.find(({ value }) => value === state)?.count ?? 0;
  const shown = Object.entries(runStates)
    .map(([state, { colour }]) => ({ state, colour, count: countOfState(state) }))
    .filter(({ count }) => count > 0);
  const ended = ['succeeded', 'failed', 'cancelled'].reduce((sum, state) => sum + countOfState(state), 0);
  return (
    <Stack gap="xs">
      <Text size="sm" role="status">
        {countOf(backfill.fired, 'slot')} of {formatCount(backfill.slots)} fired; {formatCount(backfill.settled)} were
        settled already.
        {backfill.failed > 0 && ` ${countOf(backfill.failed, 'slot')} could record no run: the slots say why.`}
      </Text>
      {data && data.count > 0 && (
        <>
          <Progress.Root size="lg">
            {['succeeded', 'failed', 'cancelled', 'running', 'waiting'].map((state) => (
              <Progress.Section
                key={state}
                value={(100 * countOfState(state)) / data.count}
                color={shown.find((each) => each.state === state)?.colour ?? 'gray'}
                aria-label={`${state}: ${countOfState(state)} of ${data.count} runs`}
              />
            ))}
          </Progress.Root>
          <Text size="sm">
            {formatCount(ended)} of {countOf(data.count, 'run')} ended:{' '}
            {shown.map(({ state, count }) => `${formatCount(count)} ${state}`).join(', ')}.{' '}
            <PageLink to="/runs" search={{ schedule: name, from: span?.from, to: span?.to }} size="sm">
              See them
            </PageLink>
          </Text>
        </>
      )}
    </Stack>
  );
}
