import { Tabs } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense } from 'react';
import { ApiProblem } from '../../client/problem.js';
import type { RunDetail } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import { formatCount } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { EmptyNote, LoadingNote, ProblemNote } from '../../ui/notes.js';
import { Page } from '../../ui/page.js';
import { shortId } from '../../ui/run-id.js';
import { OverviewTab } from './overview-tab.js';
import { RunActions } from './run-actions.js';
import { RunHead } from './run-head.js';
import { type RunListener, useRun } from './use-run.js';

const TimelineTab = lazy(() => import('./timeline-tab.js').then((m) => ({ default: m.TimelineTab })));
const FlowTab = lazy(() => import('./flow-tab.js').then((m) => ({ default: m.FlowTab })));
const LogTab = lazy(() => import('./log-tab.js').then((m) => ({ default: m.LogTab })));
const HistoryTab = lazy(() => import('./history-tab.js').then((m) => ({ default: m.HistoryTab })));

const crumbs = [{ to: '/runs', label: 'Runs' }];

/** One run: what it is, how it goes, what it did. Another run is another page: nothing asked or typed for one is left for the next. */
export function RunPage() {
  const id = useParams({ strict: false, select: ({ id: given }) => given ?? '' });
  return <PageOfRun key={id} id={id} />;
}

function PageOfRun({ id }: { readonly id: string }) {
  const [texts] = useTexts();
  const { query, isOpen, progress, listeners } = useRun(id, texts['tab']);
  const { data: run, error } = query;
  if (!run) {
    return (
      <Page title={`Run ${shortId(id)}`} crumbs={crumbs}>
        {!error ? <LoadingNote what="the run" /> : <NoRun id={id} error={error} onRetry={() => void query.refetch()} />}
      </Page>
    );
  }
  return (
    <Page
      title={`${run.task} · ${run.state}`}
      heading={<RunHead run={run} />}
      crumbs={crumbs}
      actions={<RunActions run={run} />}
    >
      {error && <ProblemNote error={error} onRetry={() => void query.refetch()} />}
      <RunTabs run={run} isOpen={isOpen} progress={progress} listeners={listeners} />
    </Page>
  );
}

interface RunTabsProps {
  readonly run: RunDetail;
  readonly isOpen: boolean;
  readonly progress: RunDetail['progress'];
  readonly listeners: Set<RunListener>;
}

function RunTabs({ run, isOpen, progress, listeners }: RunTabsProps) {
  const [texts, change] = useTexts();
  const isFlow = run.childCount > 0 || run.parentId !== null;
  const tabs: readonly (readonly [string, string, () => ReactNode])[] = [
    ['overview', 'Overview', () => <OverviewTab run={run} progress={progress} />],
    ['timeline', 'Timeline', () => <TimelineTab run={run} isOpen={isOpen} listeners={listeners} />],
    [
      'flow',
      run.childCount > 0 ? `Flow (${formatCount(run.childCount)})` : 'Flow',
      () => <FlowTab run={run} isOpen={isOpen} listeners={listeners} />,
    ],
    ['log', 'Log', () => <LogTab run={run} isOpen={isOpen} listeners={listeners} />],
    ['history', 'History', () => <HistoryTab run={run} />],
  ];
  const shown = tabs.filter(([name]) => name !== 'flow' || isFlow);
  const tab = shown.some(([name]) => name === texts['tab']) ? texts['tab'] : 'overview';
  return (
    <Tabs
      value={tab ?? 'overview'}
      onChange={(next) => change({ tab: next === null || next === 'overview' ? undefined : next })}
      keepMounted={false}
    >
      <Tabs.List mb="sm">
        {shown.map(([name, label]) => (
          <Tabs.Tab key={name} value={name}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {shown.map(([name, , content]) => (
        <Tabs.Panel key={name} value={name}>
          <Suspense fallback={<LoadingNote what="the page" />}>{tab === name && content()}</Suspense>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function NoRun({ id, error, onRetry }: { readonly id: string; readonly error: unknown; onRetry(): void }) {
  const status = error instanceof ApiProblem ? error.status : undefined;
  if (status !== 404 && status !== 422) return <ProblemNote error={error} onRetry={onRetry} />;
  return (
    <EmptyNote title={status === 404 ? 'No run has this id' : 'This is no id of a run'}>
      <code>{id}</code>
      <br />
      {status === 404
        ? 'It was never recorded here, or was removed with the history of its time (see what retention is set). '
        : 'An id has 32 hexadecimal digits in five groups. '}
      Look for it among{' '}
      <PageLink to="/runs" size="sm">
        all runs
      </PageLink>
      .
    </EmptyNote>
  );
}
