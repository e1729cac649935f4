import { Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { deleteSchedule, type Schedule } from '../../generated/api.js';
import { Confirm } from '../../ui/confirm.js';
import { countOf } from '../../ui/format.js';
import { tellDone } from '../../ui/notices.js';

export interface DeleteScheduleProps {
  readonly schedule: Schedule;
  /** Once it is gone. */
  onDeleted?(): void;
  onClose(): void;
}

/** Asks, and deletes. */
export function DeleteSchedule({ schedule: { name, counts }, onDeleted, onClose }: DeleteScheduleProps) {
  const queries = useQueryClient();
  return (
    <Confirm
      title={`Delete the schedule ${name}?`}
      verb="Delete it"
      isDangerous
      onClose={onClose}
      onConfirm={async () => {
        await call(deleteSchedule({ name }));
        tellDone(`${name} was deleted.`);
        onDeleted?.();
        await queries.invalidateQueries({ queryKey: ['schedules'] });
      }}
    >
      <Text size="sm">
        No slot of it fires any more, and the record of its slots goes with it: which were missed, skipped or failed.
        Its {countOf(counts.fired + counts.backfilled, 'run')} stay. To stop it for a while, pause it.
      </Text>
    </Confirm>
  );
}
