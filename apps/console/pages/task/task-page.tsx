import { Tabs } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { taskOf, useTasks } from '../../client/tasks.js';
import { useTexts } from '../../shell/use-texts.js';
import { EmptyNote } from '../../ui/notes.js';
import { Page } from '../../ui/page.js';
import { QueryView } from '../../ui/query-view.js';
import { StateBadge } from '../../ui/state-badge.js';
import { DefinitionTab } from './definition-tab.js';
import { FiguresTab } from './figures-tab.js';
import { PauseButton } from './pause-button.js';
import { RunTab } from './run-tab.js';
import { SettingsTab } from './settings-tab.js';
import { TaskRunsTab } from './task-runs-tab.js';

const tabs = [
  { value: 'run', label: 'Run' },
  { value: 'runs', label: 'Runs' },
  { value: 'figures', label: 'Figures' },
  { value: 'settings', label: 'Settings' },
  { value: 'definition', label: 'Definition' },
] as const;

/** A task: start it, its runs, its figures, what is set for it, how it is defined. */
export function TaskPage() {
  const { name = '' } = useParams({ strict: false });
  const [texts, change] = useTexts();
  const query = useTasks();
  const task = taskOf(query.data?.items, name);
  const tab = tabs.find(({ value }) => value === texts['tab'])?.value ?? 'run';
  return (
    <Page
      title={name}
      crumbs={[{ to: '/tasks', label: 'Tasks' }]}
      about={task?.description}
      heading={
        task?.settings.paused === true ? (
          <>
            {name} <StateBadge kind="other" state="paused" />
          </>
        ) : (
          name
        )
      }
      actions={task && <PauseButton key={name} task={task} />}
    >
      <QueryView query={query} what="the task">
        {() =>
          task === undefined ? (
            <EmptyNote title={`There is no task "${name}"`}>The list of tasks has those that there are.</EmptyNote>
          ) : (
            <Tabs
              value={tab}
              onChange={(value) => change({ tab: value === 'run' || value === null ? undefined : value })}
              keepMounted={false}
            >
              <Tabs.List mb="md">
                {tabs.map(({ value, label }) => (
                  <Tabs.Tab key={value} value={value}>
                    {label}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              <Tabs.Panel value="run">
                <RunTab key={name} task={task} />
              </Tabs.Panel>
              <Tabs.Panel value="runs">
                <TaskRunsTab key={name} name={name} />
              </Tabs.Panel>
              <Tabs.Panel value="figures">
                <FiguresTab name={name} />
              </Tabs.Panel>
              <Tabs.Panel value="settings">
                <SettingsTab key={name} name={name} />
              </Tabs.Panel>
              <Tabs.Panel value="definition">
                <DefinitionTab task={task} />
              </Tabs.Panel>
            </Tabs>
          )
        }
      </QueryView>
    </Page>
  );
}
