import { Button, TextInput, Tooltip } from '@mantine/core';
import { IconBan, IconBinaryTree2, IconPencil, IconRefresh } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../client/call.js';
import { useMayChange } from '../../client/session.js';
import { cancelRun, type RunDetail, retryRun } from '../../generated/api.js';
import { Confirm } from '../../ui/confirm.js';
import { countOf } from '../../ui/format.js';
import { ButtonLink } from '../../ui/link.js';
import { tellDone } from '../../ui/notices.js';
import { RetryWithInput } from './retry-with-input.js';
import { hasEnded } from './use-run.js';

/** What can be done to a run. */
export function RunActions({ run }: { readonly run: RunDetail }) {
  const mayChange = useMayChange();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<'retry' | 'input' | 'cancel'>();
  const [reason, setReason] = useState('');
  const close = (): void => setAsked(undefined);
  const { id, state } = run;
  const isFlow = run.childCount > 0;
  const readAgain = () =>
    queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes(id) || queryKey[0] === 'runs' });
  const retry = async (): Promise<void> => {
    const { retried } = await call(retryRun({ id, body: {} }));
    tellDone(`${countOf(retried, 'run')} queued again`);
    await readAgain();
  };
  const cancel = async (): Promise<void> => {
    const { cancelled } = await call(cancelRun({ id, body: reason.trim() === '' ? {} : { reason: reason.trim() } }));
    tellDone(cancelled === 0 ? 'It was cancelled before' : `${countOf(cancelled, 'run')} cancelled`);
    await readAgain();
  };
  const why = mayChange ? undefined : 'You may look, but not change anything';
  return (
    <>
      {(state === 'failed' || state === 'cancelled') && (
        <Act why={why}>
          <Button
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={() => setAsked('retry')}
            disabled={!mayChange}
          >
            Retry
          </Button>
        </Act>
      )}
      <Act why={why}>
        <Button
          variant="default"
          leftSection={<IconPencil size={14} aria-hidden />}
          onClick={() => setAsked('input')}
          disabled={!mayChange}
        >
          Run with another input …
        </Button>
      </Act>
      {run.task === 'flow' && (
        <ButtonLink
          to="/flows"
          search={{ from: id }}
          variant="default"
          leftSection={<IconBinaryTree2 size={14} aria-hidden />}
        >
          Open in the flow editor
        </ButtonLink>
      )}
      {!hasEnded(state) && (
        <Act why={why}>
          <Button
            variant="default"
            leftSection={<IconBan size={14} aria-hidden />}
            onClick={() => setAsked('cancel')}
            disabled={!mayChange}
          >
            {isFlow ? 'Cancel the flow …' : 'Cancel …'}
          </Button>
        </Act>
      )}
      {asked === 'retry' && (
        <Confirm title="Retry this run" verb="Retry" onConfirm={retry} onClose={close}>
          The same run goes on with the same input, with as many tries as at first; its history stays.
          {isFlow && ' Of its flow only what failed or was cancelled runs again; the results of the others are kept.'}
        </Confirm>
      )}
      {asked === 'cancel' && (
        <Confirm title="Cancel this run" verb="Cancel it" isDangerous onConfirm={cancel} onClose={close}>
          {isFlow
            ? `It and all runs below it that have not ended are cancelled (it has invoked ${countOf(run.childCount, 'run')}). `
            : 'It is cancelled. '}
          What it has not committed is not done; files that it holds are quarantined and can be replayed.
          <TextInput
            mt="sm"
            label="Why (for those who read it later)"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={500}
          />
        </Confirm>
      )}
      {asked === 'input' && <RetryWithInput run={run} onClose={close} />}
    </>
  );
}

function Act({ why, children }: { readonly why: string | undefined; readonly children: React.ReactElement }) {
  return why === undefined ? (
    children
  ) : (
    <Tooltip label={why}>
      <span>{children}</span>
    </Tooltip>
  );
}
