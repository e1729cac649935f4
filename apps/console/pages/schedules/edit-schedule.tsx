import { useMemo } from 'react';
import { call } from '../../client/call.js';
import { useDraft } from '../../form/use-draft.js';
import { changeSchedule, type Schedule } from '../../generated/api.js';
import { tellDone } from '../../ui/notices.js';
import { changeOf, draftOf, isDraft } from './schedule-draft.js';
import { ScheduleForm } from './schedule-form.js';
import { useScheduleActions } from './use-schedule-actions.js';

/** The form that changes a schedule. */
export function EditSchedule({ schedule, onClose }: { readonly schedule: Schedule; onClose(): void }) {
  const { name } = schedule;
  const empty = useMemo(() => draftOf(schedule), [schedule]);
  const [draft, setDraft] = useDraft(`schedule.${name}`, empty, isDraft);
  const { readAnew } = useScheduleActions(name);
  return (
    <ScheduleForm
      title={`Change ${name}`}
      verb="Change it"
      draft={draft}
      empty={empty}
      hasFixedName
      onChange={setDraft}
      onClose={onClose}
      onSend={async () => {
        const changed = await call(changeSchedule({ name, scheduleChange: changeOf(draft) }));
        setDraft(draftOf(changed));
        tellDone(`${name} was changed. A new rule holds from now on.`);
        await readAnew();
        onClose();
      }}
    />
  );
}
