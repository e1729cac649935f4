import { Text } from '@mantine/core';
import type { Slot } from '../../generated/api.js';
import { formatCount } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { StateBadge } from '../../ui/state-badge.js';

/** What became of a slot: its run with its state, or why it has none. */
export function SlotOutcome({ slot }: { readonly slot: Slot }) {
  const { state, runId, runState, cause, reason, slots } = slot;
  const note = cause === 'catch-up' ? 'caught up' : cause === 'backfill' ? 'backfilled' : undefined;
  return (
    <div>
      {runId === null ? (
        <>
          <StateBadge kind="slot" state={state} />
          {slots !== 1 && <span> {slots === null ? 'more than 10,000 slots' : `${formatCount(slots)} slots`}</span>}
        </>
      ) : (
        <PageLink
          to="/runs/$id"
          params={{ id: runId }}
          size="sm"
          aria-label={`Run of this slot: ${runState ?? 'deleted'}`}
        >
          {runState === null ? 'run, deleted' : <StateBadge kind="run" state={runState} />}
        </PageLink>
      )}
      {note !== undefined && <span className="dim"> {note}</span>}
      {reason !== null && (
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {reason}
        </Text>
      )}
    </div>
  );
}
