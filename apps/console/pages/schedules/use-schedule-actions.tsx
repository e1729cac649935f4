import { Anchor } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../client/call.js';
import { pauseSchedule, resumeSchedule, runSchedule } from '../../generated/api.js';
import { tellDone, tellFault } from '../../ui/notices.js';

/** What is done to a schedule at a click. */
export function useScheduleActions(name: string) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [isBusy, setBusy] = useState(false);
  const readAnew = async (): Promise<void> => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: ['schedules'] }),
      queries.invalidateQueries({ queryKey: ['schedule', name] }),
    ]);
  };
  const act = async (fault: string, work: () => Promise<void>): Promise<void> => {
    // A second click while the first is under way would run it twice.
    if (isBusy) return;
    setBusy(true);
    try {
      await work();
      await readAnew();
    } catch (error) {
      tellFault(fault, error);
    } finally {
      setBusy(false);
    }
  };
  return {
    isBusy,
    readAnew,
    pause: () =>
      act(`${name} was not paused`, async () => {
        await call(pauseSchedule({ name }));
        tellDone(`${name} is paused: no slot fires before it is resumed.`);
      }),
    resume: () =>
      act(`${name} was not resumed`, async () => {
        await call(resumeSchedule({ name }));
        tellDone(`${name} is resumed. The slots of the pause were missed; a backfill fires them.`);
      }),
    run: () =>
      act(`${name} was not run`, async () => {
        const { id } = await call(runSchedule({ name }));
        const open = (): void => void navigate({ to: '/runs/$id', params: { id } });
        tellDone(
          <>
            {name} runs now, at no slot.{' '}
            <Anchor component="button" type="button" size="sm" onClick={open}>
              Open the run
            </Anchor>
          </>,
        );
      }),
  };
}
