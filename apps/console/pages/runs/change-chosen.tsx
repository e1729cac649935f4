import { Alert, Button, Group, Modal, Progress, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { call } from '../../client/call.js';
import { wordsOf } from '../../client/problem.js';
import { type ChangedRuns, cancelRun, type Run, retryRun } from '../../generated/api.js';
import { countOf } from '../../ui/format.js';
import { changeable, type ManyVerb, RefusedList } from './change-many.js';

/** Requests under way at a time. */
const atMost = 4;

export interface ChangeChosenProps {
  readonly verb: ManyVerb;
  readonly runs: readonly Run[];
  onDone(): void;
  onClose(): void;
}

/** Retries or cancels the runs that were chosen one by one in the list. */
export function ChangeChosen({ verb, runs, onDone, onClose }: ChangeChosenProps) {
  const queries = useQueryClient();
  const states: readonly string[] = changeable[verb];
  const [able] = useState(() => runs.filter(({ state }) => states.includes(state)));
  const [done, setDone] = useState<number>();
  const [refused, setRefused] = useState<ChangedRuns['refused']>([]);
  const name = verb === 'retry' ? 'Retry' : 'Cancel';
  const [isOver, setOver] = useState(false);
  const left = useRef<Run[]>([]);
  // Who closes the dialog stops it: what is under way ends, no other run is taken.
  useEffect(
    () => () => {
      left.current = [];
    },
    [],
  );
  const act = async (): Promise<void> => {
    left.current = [...able];
    setDone(0);
    const lane = async (): Promise<void> => {
      for (let run = left.current.shift(); run; run = left.current.shift()) {
        const { id } = run;
        try {
          await (verb === 'retry' ? call(retryRun({ id, body: {} })) : call(cancelRun({ id, body: {} })));
        } catch (error) {
          setRefused((before) => [...before, { runId: id, reason: wordsOf(error) }]);
        }
        setDone((before = 0) => before + 1);
      }
    };
    await Promise.all(Array.from({ length: atMost }, lane));
    setOver(true);
    await queries.invalidateQueries({ predicate: ({ meta }) => meta?.live?.includes('runs') === true });
    onDone();
  };
  return (
    <Modal opened onClose={onClose} title={`${name} the chosen runs`} centered size="lg">
      <Stack gap="sm">
        <Text size="sm">
          <b>{countOf(able.length, 'run')}</b> of the {runs.length} chosen can be{' '}
          {verb === 'retry'
            ? 'retried: they failed or were cancelled.'
            : 'cancelled, with all runs below them: they have not ended.'}
        </Text>
        {done !== undefined && (
          <Progress value={(100 * done) / Math.max(able.length, 1)} aria-label="How many are done" />
        )}
        {isOver && (
          <Alert color={refused.length > 0 ? 'yellow' : 'teal'} variant="light" role="status">
            <Text size="sm">
              {countOf((done ?? 0) - refused.length, 'run')} {verb === 'retry' ? 'queued again' : 'cancelled'}.
              {(done ?? 0) < able.length && ` Stopped: ${countOf(able.length - (done ?? 0), 'run')} left as they were.`}
            </Text>
            <RefusedList refused={refused} />
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          {done !== undefined && !isOver ? (
            <Button
              variant="default"
              onClick={() => {
                left.current = [];
              }}
            >
              Stop
            </Button>
          ) : (
            <Button variant="default" onClick={onClose} data-autofocus>
              {isOver ? 'Close' : 'Leave it'}
            </Button>
          )}
          {!isOver && (
            <Button
              color={verb === 'cancel' ? 'red' : undefined}
              disabled={able.length === 0}
              loading={done !== undefined}
              onClick={() => void act()}
            >
              {name} {countOf(able.length, 'run')}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
