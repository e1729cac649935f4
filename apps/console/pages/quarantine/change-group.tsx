import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { type ChangedFiles, discardFiles, replayFiles } from '../../generated/api.js';
import { Confirm } from '../../ui/confirm.js';
import { countOf } from '../../ui/format.js';
import { LoadingNote, ProblemNote } from '../../ui/notes.js';
import { tellDone } from '../../ui/notices.js';

/** Which quarantined files: of a source and a cause, of a path, or all. */
export interface GroupFilter {
  readonly source?: string;
  readonly code?: string;
  readonly path?: string;
}

export interface ChangeGroupProps {
  readonly what: 'replay' | 'discard';
  readonly filter: GroupFilter;
  readonly words: string;
  onClose(): void;
}

/** One request takes no more than this. */
const maxAtOnce = 10_000;

const words = {
  replay: {
    verb: 'Replay',
    done: 'waits to be loaded once more',
    doneMany: 'wait to be loaded once more',
    about: 'Each is loaded once more as it lies in the inbox. What is still wrong with one brings it back here.',
  },
  discard: {
    verb: 'Discard',
    done: 'is discarded',
    doneMany: 'are discarded',
    about:
      'They are no longer among what wants attention. Their bytes stay in the inbox, and they can be replayed later.',
  },
} as const;

/** Replays or discards all quarantined files of a group; first it says how many there are now. */
export function ChangeGroup({ what, filter, words: group, onClose }: ChangeGroupProps) {
  const change = what === 'replay' ? replayFiles : discardFiles;
  const body = { state: 'quarantined', ...filter } as const;
  const {
    data: found,
    error,
    refetch,
  } = useQuery({
    queryKey: ['files-to-change', what, filter],
    queryFn: ({ signal }) => call(change({ body: { ...body, dryRun: true } }, { signal })),
    staleTime: 0,
    gcTime: 0,
  });
  const { verb, about } = words[what];
  const confirm = async (): Promise<void> => tellChanged(what, await call(change({ body })));
  const count = found?.matched;
  return (
    <Confirm
      title={`${verb} files of the quarantine?`}
      verb={count === undefined ? verb : `${verb} ${countOf(Math.min(count, maxAtOnce), 'file')}`}
      isDangerous={what === 'discard'}
      isDisabled={count === undefined || count === 0}
      onConfirm={confirm}
      onClose={onClose}
    >
      {error ? (
        <ProblemNote error={error} onRetry={() => void refetch()} />
      ) : count === undefined ? (
        <LoadingNote what="how many files there are" />
      ) : (
        <>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            <strong>{countOf(count, 'file')}</strong> {count === 1 ? 'is' : 'are'} quarantined now: {group}. {about}
          </Text>
          {count > maxAtOnce && (
            <Alert color="gray" variant="light" mt="sm">
              One request takes 10,000 of them; ask again for the rest.
            </Alert>
          )}
        </>
      )}
    </Confirm>
  );
}

function tellChanged(what: 'replay' | 'discard', { matched, changed, remaining }: ChangedFiles): void {
  const { done, doneMany } = words[what];
  const parts = [`${countOf(changed, 'file')} ${changed === 1 ? done : doneMany}.`];
  const others = matched - changed - remaining;
  if (others > 0)
    parts.push(
      `${countOf(others, 'file')} had changed meanwhile; nothing was done to ${others === 1 ? 'it' : 'them'}.`,
    );
  if (remaining > 0) parts.push(`${countOf(remaining, 'file')} ${remaining === 1 ? 'is' : 'are'} left.`);
  tellDone(parts.join(' '));
}
