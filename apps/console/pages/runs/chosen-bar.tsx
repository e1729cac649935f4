import { Button, Text, Tooltip } from '@mantine/core';
import { IconBan, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { useMayChange } from '../../client/session.js';
import type { Run } from '../../generated/api.js';
import { ChangeChosen } from './change-chosen.js';
import type { ManyVerb } from './change-many.js';

/** What can be done to the rows that were chosen. */
export function ChosenBar({ chosen, onClear }: { readonly chosen: readonly Run[]; onClear(): void }) {
  const mayChange = useMayChange();
  const [asked, setAsked] = useState<{ readonly verb: ManyVerb; readonly runs: readonly Run[] }>();
  return (
    <>
      {chosen.length > 0 && (
        <>
          <Text size="sm" role="status">
            {chosen.length} chosen
          </Text>
          <Tooltip label="You may look, not change" disabled={mayChange}>
            <Button
              variant="default"
              size="compact-xs"
              leftSection={<IconRefresh size={13} aria-hidden />}
              disabled={!mayChange}
              onClick={() => setAsked({ verb: 'retry', runs: chosen })}
            >
              Retry
            </Button>
          </Tooltip>
          <Button
            variant="default"
            size="compact-xs"
            leftSection={<IconBan size={13} aria-hidden />}
            disabled={!mayChange}
            onClick={() => setAsked({ verb: 'cancel', runs: chosen })}
          >
            Cancel
          </Button>
          <Button variant="subtle" color="gray" size="compact-xs" onClick={onClear}>
            Choose none
          </Button>
        </>
      )}
      {asked && <ChangeChosen {...asked} onDone={onClear} onClose={() => setAsked(undefined)} />}
    </>
  );
}
