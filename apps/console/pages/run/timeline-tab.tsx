import { Button, Group, SegmentedControl, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { RunDetail } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import { countOf } from '../../ui/format.js';
import { LoadingNote, ProblemNote } from '../../ui/notes.js';
import { runStates } from '../../ui/states.js';
import { useSeconds } from '../../ui/use-now.js';
import { durationOf, flattened, treeOf } from './flow-order.js';
import { Gantt } from './gantt.js';
import { useFlow } from './use-flow.js';
import type { RunListener } from './use-run.js';

export interface TimelineTabProps {
  readonly run: RunDetail;
  readonly isOpen: boolean;
  readonly listeners: Set<RunListener>;
}

/** When each run of a flow waited and worked, attempt by attempt. */
export function TimelineTab({ run, isOpen, listeners }: TimelineTabProps) {
  const [texts, change] = useTexts();
  const { part, book } = useFlow(run.id, listeners, isOpen);
  const order = texts['order'] === 'longest' ? 'longest' : 'flow';
  const only = texts['only'];
  const { root, runs } = part;
  const clock = useSeconds();
  const [opened] = useState(clock);
  const now = isOpen ? clock : opened;
  const rows = useMemo(() => {
    if (!root) return [];
    const all = flattened(treeOf(root, runs)).filter(
      ({ run: each, depth }) => depth === 0 || !only || each.state === only,
    );
    if (order === 'flow') return all;
    const [first, ...others] = all;
    return first ? [first, ...others.sort((a, b) => durationOf(b.run, opened) - durationOf(a.run, opened))] : [];
  }, [root, runs, only, order, opened]);
  if (!root)
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
          aria-label="Order"
          data={[
            { value: 'flow', label: 'As invoked' },
            { value: 'longest', label: 'Longest first' },
          ]}
          value={order}
          onChange={(value) => change({ order: value === 'longest' ? value : undefined }, 'replace')}
        />
        <SegmentedControl
          size="xs"
          aria-label="State"
          data={[
            { value: '', label: 'All' },
            // What is chosen stays, so that nobody wonders where the others are.
            ...Object.keys(runStates).filter((state) => state === only || runs.some((each) => each.state === state)),
          ]}
          value={only ?? ''}
          onChange={(value) => change({ only: value || undefined }, 'replace')}
        />
        <Text size="xs" c="dimmed" role="status">
          {countOf(rows.length, 'run')}
          {part.isReading && ' · reading …'}
        </Text>
        {part.hasMore && (
          <Button variant="default" size="compact-xs" loading={part.isReading} onClick={() => void book.readMore()}>
            Read more runs of this flow
          </Button>
        )}
      </Group>
      <Gantt rows={rows} now={now} />
    </>
  );
}
