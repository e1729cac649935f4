import { Alert, Button, Group, Loader, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../client/call.js';
import { type ChangedRuns, cancelRuns, retryRuns } from '../../generated/api.js';
import { countOf, formatCount } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { ProblemNote } from '../../ui/notes.js';
import { shortId } from '../../ui/run-id.js';
import type { RunFilter } from './run-filter.js';

export type ManyVerb = 'retry' | 'cancel';

/** States in which it can be done. */
export const changeable = {
  retry: ['failed', 'cancelled'],
  cancel: ['queued', 'delayed', 'waiting', 'running'],
} as const satisfies Record<ManyVerb, readonly string[]>;

const past = { retry: 'queued again', cancel: 'cancelled' } as const;

export interface ChangeManyProps {
  readonly verb: ManyVerb;
  /** Which runs, fixed when the dialog opened. */
  readonly filter: RunFilter;
  /** The filter in words. */
  readonly words: readonly string[];
  onClose(): void;
}

/** Retries or cancels all runs that a filter finds: first says how many these are, afterwards what became of it. */
export function ChangeMany({ verb, filter, words, onClose }: ChangeManyProps) {
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const change = (dryRun: boolean): Promise<ChangedRuns> =>
    verb === 'retry'
      ? call(retryRuns({ body: { ...filter, dryRun } }))
      : call(cancelRuns({ body: { ...filter, dryRun, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) } }));
  const count = useQuery({
    queryKey: ['change-many', verb, filter],
    queryFn: () => change(true),
    staleTime: 0,
    gcTime: 0,
  });
  const act = useMutation({
    mutationFn: () => change(false),
    onSettled: () => void queries.invalidateQueries({ predicate: ({ meta }) => meta?.live?.includes('runs') === true }),
  });
  const matched = count.data?.matched ?? 0;
  const result = act.data;
  const name = verb === 'retry' ? 'Retry' : 'Cancel';
  return (
    <Modal opened onClose={onClose} title={`${name} all that match`} centered size="lg">
      <Stack gap="sm">
        <Text size="sm">Runs {words.length === 0 ? 'of every kind' : words.join(', ')}.</Text>
        {count.error ? (
          <ProblemNote error={count.error} onRetry={() => void count.refetch()} />
        ) : count.data === undefined ? (
          <Group gap="xs" role="status">
            <Loader size="xs" aria-hidden /> <Text size="sm">Counting …</Text>
          </Group>
        ) : (
          !result && (
            <Text size="sm" role="status">
              <b>{countOf(matched, 'run')}</b>{' '}
              {matched === 0
                ? `can be ${verb === 'retry' ? 'retried: only failed and cancelled ones can' : 'cancelled: all have ended'}.`
                : verb === 'retry'
                  ? 'that failed or were cancelled will be queued again.'
                  : 'that have not ended will be cancelled, with all runs below them.'}
              {matched > 10_000 && ' At most 10,000 at a time; you can go on afterwards.'}
            </Text>
          )
        )}
        {verb === 'cancel' && !result && (
          <TextInput
            label="Why (for those who read it later)"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={500}
          />
        )}
        {act.error && <ProblemNote error={act.error} />}
        {result && <Result verb={verb} result={result} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {result ? 'Close' : 'Leave it'}
          </Button>
          {(!result || result.remaining > 0) && (
            <Button
              color={verb === 'cancel' ? 'red' : undefined}
              disabled={count.data === undefined || matched === 0}
              loading={act.isPending}
              onClick={() => act.mutate()}
            >
              {result ? `Go on with the other ${formatCount(result.remaining)}` : `${name} ${countOf(matched, 'run')}`}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function Result({ verb, result }: { readonly verb: ManyVerb; readonly result: ChangedRuns }) {
  const { changed, refused, remaining } = result;
  return (
    <Alert color={refused.length > 0 ? 'yellow' : 'teal'} variant="light" role="status">
      <Text size="sm">
        {countOf(changed, 'run')} {changed === 1 ? 'was' : 'were'} {past[verb]}
        {remaining > 0 && `; ${formatCount(remaining)} are left`}. It is recorded under{' '}
        <PageLink to="/actions" search={{ action: `${verb}-runs` }} size="sm">
          Actions
        </PageLink>
        .
      </Text>
      <RefusedList refused={refused} />
    </Alert>
  );
}

/** Runs that something could not be done to, each with the reason. */
export function RefusedList({ refused }: { readonly refused: ChangedRuns['refused'] }) {
  if (refused.length === 0) return null;
  return (
    <>
      <Text size="sm" mt={6} fw={600}>
        {countOf(refused.length, 'run')} refused:
      </Text>
      <ul style={{ maxHeight: 220, overflow: 'auto', margin: 0, paddingLeft: 18 }}>
        {refused.map(({ runId, reason }) => (
          <li key={runId}>
            <PageLink to="/runs/$id" params={{ id: runId }} size="sm">
              {shortId(runId)}
            </PageLink>{' '}
            <Text span size="sm">
              {reason}
            </Text>
          </li>
        ))}
      </ul>
    </>
  );
}
