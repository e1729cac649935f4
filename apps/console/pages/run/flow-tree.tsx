import { ActionIcon, Text } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { FlowTreeRun } from '../../generated/api.js';
import { formatCount } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { EmptyNote } from '../../ui/notes.js';
import { StateBadge } from '../../ui/state-badge.js';
import { runStates } from '../../ui/states.js';
import styles from './flow.module.css';
import { type FlowNode, flattened, nameInFlow } from './flow-order.js';
import { RunDuration } from './run-duration.js';

const rowHeight = 30;
/** With more runs than this only the first two levels are open at first. */
const openAll = 400;

export interface FlowTreeProps {
  readonly tree: FlowNode;
  /** Given: these runs alone are listed, without the tree. */
  readonly found: readonly FlowTreeRun[] | undefined;
}

/** The runs of a flow, each below the one that invoked it; branches fold. Only the rows in sight are in the page. */
export function FlowTree({ tree, found }: FlowTreeProps) {
  const frame = useRef<HTMLElement>(null);
  /** Those that are not as they are at first. */
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  // As it was at first: a flow that grows must not fold while somebody reads it.
  const [isLarge] = useState(tree.run.below.total > openAll);
  const isOpen = useCallback(
    ({ run: { id }, depth }: FlowNode): boolean => turned.has(id) !== (!isLarge || depth === 0),
    [turned, isLarge],
  );
  const rows = useMemo(
    () => (found ? found.map((run): FlowNode => ({ run, depth: 0, children: [] })) : flattened(tree, isOpen)),
    [tree, found, isOpen],
  );
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (index) => rows[index]?.run.id ?? index,
  });
  const turn = (id: string): void => {
    const next = new Set(turned);
    if (!next.delete(id)) next.add(id);
    setTurned(next);
  };
  if (rows.length === 0)
    return <EmptyNote title="No run of this flow fits">Take the state or the words away.</EmptyNote>;
  return (
    // What scrolls has to be reached by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className={styles['frame']} ref={frame} tabIndex={0} aria-label="Tree of the flow">
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const node = rows[index];
          return (
            node && (
              <div key={key} className={styles['row']} style={{ transform: `translateY(${start}px)` }}>
                <TreeRow node={node} isOpen={isOpen(node)} onTurn={turn} />
              </div>
            )
          );
        })}
      </div>
    </section>
  );
}

function TreeRow({
  node,
  isOpen,
  onTurn,
}: {
  readonly node: FlowNode;
  readonly isOpen: boolean;
  onTurn(id: string): void;
}) {
  const { run, depth, children } = node;
  return (
    <>
      <span style={{ width: depth * 20 }} className={styles['indent']} />
      {children.length > 0 ? (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          onClick={() => onTurn(run.id)}
          aria-expanded={isOpen}
          aria-label={`${isOpen ? 'Fold' : 'Unfold'} ${nameInFlow(run)}`}
        >
          {isOpen ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
        </ActionIcon>
      ) : (
        <span className={styles['noChevron']} />
      )}
      <PageLink to="/runs/$id" params={{ id: run.id }} size="sm" className={styles['link']}>
        {run.key ?? run.task}
      </PageLink>
      {run.key !== null && <span className="dim">{run.task}</span>}
      <StateBadge kind="run" state={run.state} />
      {run.held && <span className="dim">waits its turn</span>}
      {run.progress !== null && run.state === 'running' && (
        <span className="dim">
          {formatCount(run.progress.done)}
          {run.progress.total !== null && ` of ${formatCount(run.progress.total)}`}
        </span>
      )}
      <span className="dim">
        <RunDuration run={run} />
      </span>
      {run.attempt > 1 && <span className="dim">{run.attempt} attempts</span>}
      {children.length > 0 && <Below of={node} />}
      {run.errorMessage !== null && (
        <Text span size="sm" c="var(--mr-bad)" className={styles['error']} title={run.errorMessage}>
          {run.errorMessage.split('\n')[0]}
        </Text>
      )}
    </>
  );
}

/** How many runs are directly below one, by their states. */
function Below({ of }: { readonly of: FlowNode }) {
  const counts = new Map<string, number>();
  for (const { run } of of.children) counts.set(run.state, (counts.get(run.state) ?? 0) + 1);
  return (
    <span className={styles['below']}>
      {Object.keys(runStates)
        .filter((state) => counts.has(state))
        .map((state) => `${formatCount(counts.get(state) ?? 0)} ${state}`)
        .join(', ')}
    </span>
  );
}
