import { Button, Group, Menu, Tabs } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useMayChange } from '../../client/session.js';
import { useTasks } from '../../client/tasks.js';
import type { Texts } from '../../shell/search-text.js';
import { useTexts } from '../../shell/use-texts.js';
import { setFilters, wordsOfValue } from '../../ui/filter/filter.js';
import { FilterBar } from '../../ui/filter/filter-bar.js';
import { Page } from '../../ui/page.js';
import { ChangeMany, type ManyVerb } from './change-many.js';
import { FailuresList } from './failures-list.js';
import { filterOf, filtersOf, filterTexts, isRunId, type RunFilter } from './run-filter.js';
import { RunsChart } from './runs-chart.js';
import { RunsList } from './runs-list.js';
import { RunStateTabs } from './state-tabs.js';
import { TimeChoice } from './time-choice.js';
import { useStateCounts } from './use-runs.js';

/** All runs: filters, a chart, a table; and those that failed by their causes. */
export function RunsPage() {
  const [texts, change] = useTexts();
  const navigate = useNavigate();
  const tasks = useTasks();
  const filters = useMemo(() => filtersOf(tasks.data?.items ?? []), [tasks.data]);
  const wanted = useMemo(() => filterTexts(texts), [texts]);
  const isFailures = texts['tab'] === 'failures';
  const onFilter = (changed: Texts): void => {
    const id = changed['text']?.trim();
    if (id !== undefined && isRunId(id)) void navigate({ to: '/runs/$id', params: { id: id.toLowerCase() } });
    else if (changed['from'] !== undefined) change({ ...changed, since: undefined });
    else change(changed);
  };
  const clear = (): void => change(Object.fromEntries(Object.keys(wanted).map((name) => [name, undefined])));
  return (
    <Page
      title="Runs"
      actions={
        <Group gap="xs">
          <TimeChoice texts={texts} onChange={change} />
          {!isFailures && <AllMatching wanted={wanted} words={wordsOf(filters, wanted)} />}
        </Group>
      }
    >
      <Tabs
        value={isFailures ? 'failures' : 'list'}
        onChange={(tab) => change({ tab: tab === 'failures' ? tab : undefined })}
        mb="sm"
      >
        <Tabs.List>
          <Tabs.Tab value="list">Runs</Tabs.Tab>
          <Tabs.Tab value="failures">Failures by cause</Tabs.Tab>
        </Tabs.List>
      </Tabs>
      <FilterBar
        filters={isFailures ? filters.filter(({ name }) => ['task', 'from', 'to'].includes(name)) : filters}
        values={texts}
        onChange={onFilter}
      />
      {isFailures ? (
        <FailuresList wanted={wanted} />
      ) : (
        <>
          <RunsChart wanted={wanted} onTimes={(from, to) => change({ from, to, since: undefined })} />
          <Counts wanted={wanted} onState={(state) => change({ state })} />
          <RunsList
            wanted={wanted}
            sort={texts['sort'] ?? '-createdAt'}
            onSort={(sort) => change({ sort: sort === '-createdAt' ? undefined : sort }, 'replace')}
            onClear={clear}
          />
        </>
      )}
    </Page>
  );
}

function Counts({ wanted, onState }: { readonly wanted: Texts; onState(state: string | undefined): void }) {
  const counts = useStateCounts(wanted);
  return <RunStateTabs counts={counts.data} chosen={wanted['state']} onChange={onState} />;
}

/** The filters at work in words. */
const wordsOf = (filters: ReturnType<typeof filtersOf>, wanted: Texts): string[] => [
  ...(wanted['since'] ? [`recorded within the last ${wanted['since']}`] : []),
  ...setFilters(filters, wanted).map(
    ({ filter, value }) => `${filter.label.toLowerCase()} ${wordsOfValue(filter, value)}`,
  ),
];

/** What can be done to all runs that the filters find. */
function AllMatching({ wanted, words }: { readonly wanted: Texts; readonly words: readonly string[] }) {
  const mayChange = useMayChange();
  const [asked, setAsked] = useState<{ readonly verb: ManyVerb; readonly filter: RunFilter }>();
  const ask = (verb: ManyVerb) => (): void => setAsked({ verb, filter: filterOf(wanted) });
  const isAny = Object.keys(filterOf(wanted)).length === 0;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={14} aria-hidden />} disabled={!mayChange}>
            All that match
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {isAny && <Menu.Label>Set a filter first: it says which runs</Menu.Label>}
          <Menu.Item disabled={isAny} onClick={ask('retry')}>
            Retry all that match …
          </Menu.Item>
          <Menu.Item disabled={isAny} onClick={ask('cancel')}>
            Cancel all that match …
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asked && <ChangeMany {...asked} words={words} onClose={() => setAsked(undefined)} />}
    </>
  );
}
