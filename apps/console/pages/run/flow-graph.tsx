import '@xyflow/react/dist/style.css';
import { Graph, layout } from '@dagrejs/dagre';
import { Text, useComputedColorScheme } from '@mantine/core';
import {
  Controls,
  type Edge,
  Handle,
  MiniMap,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  type ReactFlowInstance,
} from '@xyflow/react';
import { memo, useEffect, useMemo, useRef } from 'react';
import { PageLink } from '../../ui/link.js';
import { StateBadge } from '../../ui/state-badge.js';
import { lookOf } from '../../ui/states.js';
import styles from './flow.module.css';
import { boxesOf, type FlowBox, maxBoxes } from './flow-groups.js';
import type { FlowNode } from './flow-order.js';
import { RunDuration } from './run-duration.js';

const fit = { maxZoom: 1, padding: 0.1 };
const size = { width: 210, height: 58 };

type BoxNode = Node<{ readonly box: FlowBox }, 'box'>;

/** The runs of a flow as boxes, what a run invoked to its right. A large flow has a box for runs that are alike. */
export function FlowGraph({ tree }: { readonly tree: FlowNode }) {
  const scheme = useComputedColorScheme('light');
  const boxes = useMemo(() => boxesOf(tree), [tree]);
  // What changes while a flow runs are states; where the boxes are changes with their number only.
  const shape = boxes.map(({ id }) => id).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const positions = useMemo(() => positionsOf(boxes), [shape]);
  const graph = useRef<ReactFlowInstance<BoxNode>>(undefined);
  const isMoved = useRef(false);
  // Until somebody moves the graph, all of it is in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when there are other boxes
  useEffect(() => {
    if (!isMoved.current) void graph.current?.fitView(fit);
  }, [shape]);
  const nodes = boxes.map(
    (box): BoxNode => ({
      id: box.id,
      type: 'box',
      position: positions.get(box.id) ?? { x: 0, y: 0 },
      data: { box },
      ...size,
    }),
  );
  const edges = boxes.flatMap(({ id, parent, state }): Edge[] =>
    parent === undefined ? [] : [{ id: `${parent} ${id}`, source: parent, target: id, animated: state === 'running' }],
  );
  return (
    <>
      {boxes.length >= maxBoxes && (
        <Text size="sm" mb="xs">
          The first {maxBoxes} boxes are drawn; the tree has all runs.
        </Text>
      )}
      <section className={styles['graph']} aria-label="Graph of the flow">
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          colorMode={scheme}
          fitView
          fitViewOptions={fit}
          onInit={(instance) => {
            graph.current = instance;
          }}
          onMoveStart={(event) => {
            if (event) isMoved.current = true;
          }}
          minZoom={0.05}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          onlyRenderVisibleElements
        >
          <Controls showInteractive={false} />
          {boxes.length > 30 && (
            <MiniMap
              pannable
              zoomable
              nodeColor={({ data }) => lookOf('run', (data as BoxNode['data']).box.state).colour}
            />
          )}
        </ReactFlow>
      </section>
    </>
  );
}

const Box = memo(function Box({ data: { box } }: NodeProps<BoxNode>) {
  const { run, name, state, count } = box;
  const task = run.key === null && count === 1 ? '' : run.task;
  return (
    <div className={styles['box']} style={{ borderLeftColor: lookOf('run', state).colour }}>
      <Handle type="target" position={Position.Left} isConnectable={false} className={styles['handle']} />
      {count === 1 ? (
        <PageLink to="/runs/$id" params={{ id: run.id }} size="sm" className={styles['boxName']} title={name}>
          {name}
        </PageLink>
      ) : (
        <PageLink
          to="/runs"
          search={{ parentId: run.parentId ?? undefined, state, task: run.task }}
          size="sm"
          className={styles['boxName']}
          title={`${name}: list these runs`}
        >
          {name}
        </PageLink>
      )}
      <div className={styles['boxFoot']}>
        <StateBadge kind="run" state={state} />
        {count === 1 ? <RunDuration run={run} /> : null}
        <span className={styles['boxTask']} title={task}>
          {task}
        </span>
      </div>
      <Handle type="source" position={Position.Right} isConnectable={false} className={styles['handle']} />
    </div>
  );
});

const nodeTypes = { box: Box };

/** Where each box is: in columns by how far below the root it is. */
function positionsOf(boxes: readonly FlowBox[]): ReadonlyMap<string, { readonly x: number; readonly y: number }> {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 12, ranksep: 60 });
  graph.setDefaultEdgeLabel(() => ({}));
  // It puts what comes first lowest.
  const upwards = boxes.toReversed();
  for (const { id } of upwards) graph.setNode(id, { ...size });
  for (const { id, parent } of upwards) if (parent !== undefined) graph.setEdge(parent, id);
  layout(graph);
  return new Map(
    boxes.map(({ id }) => {
      const { x = 0, y = 0 } = graph.node(id);
      return [id, { x: x - size.width / 2, y: y - size.height / 2 }];
    }),
  );
}
