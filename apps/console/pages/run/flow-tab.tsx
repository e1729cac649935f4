import { Button, Group, SegmentedControl, Text, TextInput } from '@mantine/core';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { FlowTreeRun, RunDetail } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import { countOf, formatCount } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { LoadingNote, ProblemNote } from '../../ui/notes.js';
import { StateBadge } from '../../ui/state-badge.js';
import { runStates } from '../../ui/states.js';
import styles from './flow.module.css';
import { nameInFlow, treeOf } from './flow-order.js';
import { FlowTree } from './flow-tree.js';
import { useFlow } from './use-flow.js';
import type { RunListener } from './use-run.js';

const FlowGraph = lazy(() => import('./flow-graph.js').then((m) => ({ default: m.FlowGraph })));

export interface FlowTabProps {
  readonly run: RunDetail;
  readonly isOpen: boolean;
  readonly listeners: Set<RunListener>;
}

/** What a run invoked, as a tree or as a graph. */
export function FlowTab({ run, isOpen, listeners }: FlowTabProps) {
  const [texts, change] = useTexts();
  const { part, book } = useFlow(run.id, listeners, isOpen);
  const [find, setFind] = useState(texts['key'] ?? '');
  const { root, runs } = part;
  const only = texts['only'];
  const isGraph = texts['view'] === 'graph';
  const tree = useMemo(() => root && treeOf(root, runs), [root, runs]);
  const found = useMemo(() => matches(runs, only, find), [runs, only, find]);
  if (!tree)
    return part.error ? (
      <ProblemNote error={part.error} onRetry={() => void book.open()} />
    ) : (
      <LoadingNote what="the flow" />
    );
  return (
    <>
      {part.error !== undefined && <ProblemNote error={part.error} onRetry={() => void book.open()} />}
      <Group gap="sm" mb="xs">
        <SegmentedControl
          size="xs"
          aria-label="Shown as"
          data={[
            { value: 'tree', label: 'Tree' },
            { value: 'graph', label: 'Graph' },
          ]}
          value={isGraph ? 'graph' : 'tree'}
          onChange={(value) => change({ view: value === 'graph' ? value : undefined }, 'replace')}
        />
        {!isGraph && (
          <TextInput
            size="xs"
            type="search"
            aria-label="Find in the flow"
            placeholder="Find by key or task"
            value={find}
            onChange={(event) => {
              setFind(event.currentTarget.value);
              change({ key: event.currentTarget.value.trim() || undefined }, 'replace');
            }}
            w={200}
          />
        )}
        {/* The graph draws all of them. */}
        {!isGraph && <StateCounts runs={runs} only={only} onChange={(state) => change({ only: state }, 'replace')} />}
        <Text size="xs" c="dimmed" role="status">
          {countOf(runs.length, 'run')} below it{part.isReading && ' · reading …'}
        </Text>
        {part.hasMore && (
          <Button variant="default" size="compact-xs" loading={part.isReading} onClick={() => void book.readMore()}>
            Read more runs of this flow
          </Button>
        )}
        {run.parentId !== null && (
          <PageLink to="/runs/$id" params={{ id: run.rootId }} search={{ tab: 'flow' }} size="sm" ml="auto">
            The whole flow
          </PageLink>
        )}
      </Group>
      {isGraph ? (
        <Suspense fallback={<LoadingNote what="the graph" />}>
          <FlowGraph tree={tree} />
        </Suspense>
      ) : (
        <FlowTree tree={tree} found={found} />
      )}
    </>
  );
}

/** The runs that are looked for; undefined when nothing is. */
function matches(
  runs: readonly FlowTreeRun[],
  only: string | undefined,
  find: string,
): readonly FlowTreeRun[] | undefined {
  const words = find.trim().toLowerCase();
  if (!only && words === '') return undefined;
  return runs.filter((run) => (!only || run.state === only) && nameInFlow(run).toLowerCase().includes(words));
}

/** How many runs of the flow are in each state; a click shows those alone. */
function StateCounts({
  runs,
  only,
  onChange,
}: {
  readonly runs: readonly FlowTreeRun[];
  readonly only: string | undefined;
  onChange(state: string | undefined): void;
}) {
  const counts = useMemo(() => {
    const found = new Map<string, number>();
    for (const { state } of runs) found.set(state, (found.get(state) ?? 0) + 1);
    return found;
  }, [runs]);
  return (
    <fieldset className={styles['states']} aria-label="State of the runs below it">
      {Object.keys(runStates)
        .filter((state) => counts.has(state) || state === only)
        .map((state) => (
          <button
            key={state}
            type="button"
            className={styles['state']}
            aria-pressed={only === state}
            onClick={() => onChange(only === state ? undefined : state)}
          >
            <StateBadge kind="run" state={state} /> <span className="dim">{formatCount(counts.get(state) ?? 0)}</span>
          </button>
        ))}
    </fieldset>
  );
}
