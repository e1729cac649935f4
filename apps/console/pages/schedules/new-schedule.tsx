import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../../client/call.js';
import { useDraft } from '../../form/use-draft.js';
import { createSchedule } from '../../generated/api.js';
import { tellDone } from '../../ui/notices.js';
import { emptyDraft, isDraft, newScheduleOf } from './schedule-draft.js';
import { ScheduleForm } from './schedule-form.js';

/** The form of a new schedule. What was written into it is there when it is opened again. */
export function NewSchedule({ onClose }: { onClose(): void }) {
  const [draft, setDraft] = useDraft('schedule', emptyDraft, isDraft);
  const queries = useQueryClient();
  const navigate = useNavigate();
  return (
    <ScheduleForm
      title="New schedule"
      verb="Make it"
      draft={draft}
      empty={emptyDraft}
      onChange={setDraft}
      onClose={onClose}
      onSend={async () => {
        const { name } = await call(createSchedule({ newSchedule: newScheduleOf(draft) }));
        setDraft(emptyDraft);
        tellDone(`${name} was made.`);
        void queries.invalidateQueries({ queryKey: ['schedules'] });
        // The way back leads to the list, not to this form.
        await navigate({ to: '/schedules/$name', params: { name }, replace: true });
      }}
    />
  );
}
