import { useQueryClient } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { discardFile, replayFile } from '../../generated/api.js';
import { Confirm } from '../../ui/confirm.js';
import { tellDone } from '../../ui/notices.js';

export interface ChangeFileProps {
  readonly what: 'replay' | 'discard';
  readonly file: { readonly id: string; readonly path: string };
  /** What else becomes of it. */
  readonly more?: string;
  onClose(): void;
}

const words = {
  replay: {
    title: 'Replay this file?',
    verb: 'Replay',
    done: 'The file waits to be loaded once more.',
    about: 'is loaded once more as it lies in the inbox.',
  },
  discard: {
    title: 'Discard this file?',
    verb: 'Discard',
    done: 'The file is discarded.',
    about: 'is no longer among what wants attention. Its bytes stay in the inbox, and it can be replayed later.',
  },
} as const;

/** Asks, then replays or discards one file. */
export function ChangeFile({ what, file: { id, path }, more, onClose }: ChangeFileProps) {
  const queries = useQueryClient();
  const { title, verb, done, about } = words[what];
  const change = async (): Promise<void> => {
    const changed = await call(what === 'replay' ? replayFile({ id }) : discardFile({ id }));
    queries.setQueryData(['file', id], changed);
    tellDone(done);
  };
  return (
    <Confirm title={title} verb={verb} isDangerous={what === 'discard'} onConfirm={change} onClose={onClose}>
      <strong style={{ overflowWrap: 'anywhere' }}>{path}</strong> {about} {more}
    </Confirm>
  );
}
