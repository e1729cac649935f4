import { useMemo } from 'react';
import { call } from '../../client/call.js';
import { useDraft } from '../../form/use-draft.js';
import { changeSchedule, type Schedule } from '../../generated/api.js';
import { tellDone } from '../../ui/notices.js';
import { changeOf, draftOf, isDraft, rebased, type ScheduleDraft } from './schedule-draft.js';
import { ScheduleForm } from './schedule-form.js';
import { useScheduleActions } from './use-schedule-actions.js';

/** What somebody is about to change, and how the schedule was when they began. */
interface Edit {
  readonly base: ScheduleDraft;
  readonly draft: ScheduleDraft;
}

const isEdit = (found: object): found is Edit =>
  'base' in found && 'draft' in found && isDraft(Object(found.base)) && isDraft(Object(found.draft));

/** The form that changes a schedule. What others changed meanwhile is shown, and stays unless it is changed here as well. */
export function EditSchedule({ schedule, onClose }: { readonly schedule: Schedule; onClose(): void }) {
  const { name } = schedule;
  const now = useMemo(() => draftOf(schedule), [schedule]);
  const [edit, setEdit] = useDraft<Edit>(`schedule.${name}`, { base: now, draft: now }, isEdit);
  const draft = useMemo(() => rebased(edit.draft, edit.base, now), [edit, now]);
  const { readAnew } = useScheduleActions(name);
  return (
    <ScheduleForm
      title={`Change ${name}`}
      verb="Change it"
      draft={draft}
      empty={now}
      hasFixedName
      onChange={(next) => setEdit({ base: now, draft: next })}
      onClose={onClose}
      onSend={async () => {
        const changed = draftOf(await call(changeSchedule({ name, scheduleChange: changeOf(draft, now) })));
        setEdit({ base: changed, draft: changed });
        tellDone(`${name} was changed. A new rule holds from now on.`);
        await readAnew();
        onClose();
      }}
    />
  );
}
