import { Stack, Tabs } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useMayChange } from '../../client/session.js';
import type { ScheduleDetail } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import { Json } from '../../ui/json.js';
import { Page } from '../../ui/page.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { ruleExactly, ruleWords } from '../schedules/rule-words.js';
import { useSchedule } from '../schedules/use-schedules.js';
import { whyNoRun } from '../schedules/why-not.js';
import { ZoneTimes } from '../schedules/zone-times.js';
import { BackfillDialog } from './backfill-dialog.js';
import { CalendarPanel } from './calendar-panel.js';
import { ChangesTab } from './changes-tab.js';
import { PageActions } from './page-actions.js';
import { ScheduleFacts } from './schedule-facts.js';
import styles from './schedule-page.module.css';
import { SlotsTab } from './slots-tab.js';

/** A schedule: its rule and terms, its calendar, what became of its slots, who changed what. */
export function SchedulePage() {
  const { name = '' } = useParams({ strict: false });
  // Another schedule is another page: nothing asked or shown for one is left for the next.
  return <PageOfSchedule key={name} name={name} />;
}

function PageOfSchedule({ name }: { readonly name: string }) {
  const query = useSchedule(name);
  const schedule = query.data;
  const [span, setSpan] = useState<{ readonly from: string; readonly to: string }>();
  const openBackfill = useCallback((from: string, to: string) => setSpan({ from, to }), []);
  return (
    <Page
      title={name}
      crumbs={[{ to: '/schedules', label: 'Schedules' }]}
      about={
        schedule && (
          <>
            {ruleWords(schedule) !== schedule.cron && `${ruleWords(schedule)} · `}
            <code>{ruleExactly(schedule)}</code>
          </>
        )
      }
      actions={schedule && <PageActions schedule={schedule} onBackfill={openBackfill} />}
    >
      <QueryView query={query} what="the schedule">
        {(data) => <Parts schedule={data} onBackfill={openBackfill} />}
      </QueryView>
      {schedule && span && <BackfillDialog schedule={schedule} {...span} onClose={() => setSpan(undefined)} />}
    </Page>
  );
}

interface PartsProps {
  readonly schedule: ScheduleDetail;
  onBackfill(from: string, to: string): void;
}

const tabs = ['calendar', 'slots', 'changes', 'input'] as const;

function Parts({ schedule, onBackfill }: PartsProps) {
  const [texts, change] = useTexts();
  const mayChange = useMayChange();
  const tab = tabs.find((each) => each === texts['tab']) ?? 'calendar';
  const mayBackfill = whyNoRun(schedule, mayChange) === undefined;
  return (
    <Stack gap="md">
      <div className={styles['top']}>
        <ScheduleFacts schedule={schedule} />
        <Panel title={schedule.pausedAt === null ? 'Next times' : 'Next times, if it were resumed'}>
          <div className={styles['next']}>
            <ZoneTimes times={schedule.next.slice(0, 4)} timezone={schedule.timezone} />
          </div>
        </Panel>
      </div>
      <Tabs
        value={tab}
        onChange={(value) => change({ tab: value === 'calendar' ? undefined : (value ?? undefined) })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="calendar">Calendar</Tabs.Tab>
          <Tabs.Tab value="slots">Slots</Tabs.Tab>
          <Tabs.Tab value="changes">Changes</Tabs.Tab>
          <Tabs.Tab value="input">Input</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="calendar">
          <CalendarPanel schedule={schedule} />
        </Tabs.Panel>
        <Tabs.Panel value="slots">
          <SlotsTab schedule={schedule} onBackfill={mayBackfill ? onBackfill : undefined} />
        </Tabs.Panel>
        <Tabs.Panel value="changes">
          <ChangesTab name={schedule.name} />
        </Tabs.Panel>
        <Tabs.Panel value="input">
          <Json value={schedule.input} label="Input of each run" />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
