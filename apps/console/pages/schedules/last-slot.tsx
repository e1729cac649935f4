import { Text } from '@mantine/core';
import type { Schedule } from '../../generated/api.js';
import { PageLink } from '../../ui/link.js';
import { StateBadge } from '../../ui/state-badge.js';
import { Time } from '../../ui/time.js';
import { Tip } from '../../ui/tip.js';

/** What became of a schedule's latest slot: its run with its state, or what happened instead. */
export function LastSlot({ slot }: { readonly slot: Schedule['lastSlot'] }) {
  if (slot === null) return <span className="dim">none yet</span>;
  return (
    <>
      {slot.runId === null ? (
        <StateBadge kind="slot" state={slot.state} />
      ) : (
        <Tip label="Its run">
          <PageLink to="/runs/$id" params={{ id: slot.runId }} size="sm">
            {slot.runState === null ? 'run' : <StateBadge kind="run" state={slot.runState} />}
          </PageLink>
        </Tip>
      )}
      <Text size="xs" c="dimmed" component="div">
        <Time at={slot.slotAt} />
      </Text>
    </>
  );
}
