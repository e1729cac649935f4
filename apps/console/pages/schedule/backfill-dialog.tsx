import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../client/call.js';
import { ApiProblem } from '../../client/problem.js';
import { type Backfill, backfillSchedule, listRuns, type ScheduleDetail } from '../../generated/api.js';
import { countOf, formatCount } from '../../ui/format.js';
import { ProblemNote } from '../../ui/notes.js';
import { wallIn } from '../schedules/zone-words.js';
import { BackfillProgress } from './backfill-progress.js';

export interface BackfillDialogProps {
  readonly schedule: ScheduleDetail;
  /** The span that is proposed, as instants. */
  readonly from: string;
  readonly to: string;
  onClose(): void;
}

interface Done {
  readonly backfill: Backfill;
  /** When its runs were recorded. */
  readonly span: { readonly from: string | undefined; readonly to: string } | undefined;
}

const dayMs = 86_400_000;

/** Fires the slots of a span that have not fired: counts them first, and shows how their runs come on. */
export function BackfillDialog({ schedule, from: firstFrom, to: firstTo, onClose }: BackfillDialogProps) {
  const { name, timezone } = schedule;
  const [from, setFrom] = useState(toLocal(firstFrom));
  const [to, setTo] = useState(toLocal(firstTo));
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [done, setDone] = useState<Done>();
  const queries = useQueryClient();
  const span = spanOf(from, to);
  const [settled] = useDebouncedValue(JSON.stringify(span), 300);
  const dry = useQuery({
    queryKey: ['schedule', name, 'backfill', settled],
    queryFn: ({ signal }) =>
      call(backfillSchedule({ name, backfillRequest: { ...JSON.parse(settled ?? '{}'), dryRun: true } }, { signal })),
    enabled: settled !== undefined && done === undefined,
    retry: false,
  });
  const isCurrent = settled === JSON.stringify(span) && dry.data !== undefined;
  const faultOf = (path: string): string | undefined =>
    dry.error instanceof ApiProblem ? dry.error.faults.find((fault) => fault.path === path)?.message : undefined;
  const hasFault = faultOf('/from') !== undefined || faultOf('/to') !== undefined;

  const fire = async (): Promise<void> => {
    if (span === undefined) return;
    setBusy(true);
    setError(undefined);
    try {
      const newest = () => call(listRuns({ schedule: name, sort: '-createdAt', limit: 1 }));
      const before = (await newest()).items[0];
      const backfill = await call(backfillSchedule({ name, backfillRequest: span }));
      const after = backfill.fired > 0 ? (await newest()).items[0] : undefined;
      setDone({
        backfill,
        span: after && {
          from: before && new Date(Date.parse(before.createdAt) + 1).toISOString(),
          to: after.createdAt,
        },
      });
      void queries.invalidateQueries({ queryKey: ['schedule', name] });
      void queries.invalidateQueries({ queryKey: ['schedules'] });
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };

  const propose = (days: number): void => {
    setFrom(toLocal(new Date(Date.now() - days * dayMs).toISOString()));
    setTo(toLocal(new Date().toISOString()));
  };

  return (
    <Modal opened onClose={onClose} title={`Backfill ${name}`} size={560} closeOnClickOutside={false}>
      <Stack gap="sm">
        {done ? (
          <BackfillProgress name={name} backfill={done.backfill} span={done.span} />
        ) : (
          <>
            <Text size="sm">
              One run for each slot of a span that has not fired, whatever the reason, those before the schedule was
              made included. No slot fires twice, and overlap does not hold for these runs.
            </Text>
            <Group gap="xs">
              {[1, 7, 30].map((days) => (
                <Button key={days} variant="default" size="compact-xs" onClick={() => propose(days)}>
                  {days === 1 ? 'Last 24 hours' : `Last ${days} days`}
                </Button>
              ))}
            </Group>
            <Group gap="sm" align="flex-start" grow>
              <TextInput
                label="First moment"
                type="datetime-local"
                step={1}
                value={from}
                onChange={(event) => setFrom(event.currentTarget.value)}
                error={faultOf('/from')}
                description={span && `${wallIn(timezone, span.from)} in ${timezone}`}
              />
              <TextInput
                label="Last moment"
                type="datetime-local"
                step={1}
                value={to}
                onChange={(event) => setTo(event.currentTarget.value)}
                error={faultOf('/to')}
                description={span && `${wallIn(timezone, span.to)} in ${timezone}`}
              />
            </Group>
            {dry.error !== null && !hasFault && <ProblemNote error={dry.error} />}
            <Text size="sm" role="status">
              {isCurrent
                ? countWords(dry.data)
                : hasFault
                  ? 'Mend the span first.'
                  : span === undefined
                    ? 'Write both.'
                    : dry.error === null && 'Counting …'}
            </Text>
            {error !== undefined && <ProblemNote error={error} />}
          </>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {done ? 'Close' : 'Leave it'}
          </Button>
          {!done && (
            <Button loading={isBusy} disabled={!isCurrent || dry.data.fired === 0} onClick={() => void fire()}>
              {isCurrent && dry.data.fired > 0 ? `Fire ${countOf(dry.data.fired, 'slot')}` : 'Fire'}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

const countWords = ({ slots, settled, fired }: Backfill): string =>
  slots === 0
    ? 'The rule has no slot in this span.'
    : `${countOf(slots, 'slot')} in this span, ${formatCount(settled)} of them settled already: ${countOf(fired, 'run')} would be recorded.`;

/** A field for times takes the viewer's own time of day. */
function toLocal(at: string): string {
  const time = new Date(at);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().replace(/(:00)?\.\d+Z$/, '');
}

function spanOf(from: string, to: string): { readonly from: string; readonly to: string } | undefined {
  const [first, last] = [new Date(from), new Date(to)];
  if (Number.isNaN(first.getTime()) || Number.isNaN(last.getTime())) return undefined;
  return { from: first.toISOString(), to: last.toISOString() };
}
