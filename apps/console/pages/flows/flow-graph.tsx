import '@xyflow/react/dist/style.css';
import { useComputedColorScheme } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import {
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  type ReactFlowInstance,
} from '@xyflow/react';
import { memo, useEffect, useMemo, useState } from 'react';
import type { Fault } from '../../form/fault.js';
import { wordsOfCondition } from './condition.js';
import { isGroup, modeOf, type PlacedStep, taskOfStep } from './flow.js';
import { countFaults } from './flow-faults.js';
import styles from './flow-graph.module.css';
import { drawFlow } from './flow-layout.js';

export interface FlowGraphProps {
  readonly steps: readonly PlacedStep[];
  readonly faults: readonly Fault[];
  readonly chosen: string | undefined;
  onChoose(at: string): void;
}

type StepNode = Node<
  { readonly placed: PlacedStep; readonly faultCount: number; readonly isChosen: boolean; onChoose(at: string): void },
  'step'
>;

/** The flow as a drawing: what waits for what, from left to right. A click chooses a step. */
export function FlowGraph({ steps, faults, chosen, onChoose }: FlowGraphProps) {
  const scheme = useComputedColorScheme('light');
  const [drawing, setDrawing] = useState<ReactFlowInstance<StepNode>>();
  // Where the boxes are changes with what waits for what, not with each letter of an input.
  const shape = shapeOf(steps);
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const { boxes, edges } = useMemo(() => drawFlow(steps), [shape]);
  const stepsByPointer = new Map(steps.map((step) => [step.at, step]));
  // biome-ignore lint/correctness/useExhaustiveDependencies: another shape is shown as a whole
  useEffect(() => void drawing?.fitView(fit), [drawing, shape]);
  const nodes = boxes.map(
    ({ step, x, y, width, height }): StepNode => ({
      id: step.at,
      type: 'step',
      position: { x, y },
      ...(step.parent ? { parentId: step.parent.at } : {}),
      data: {
        placed: stepsByPointer.get(step.at) ?? step,
        faultCount: countFaults(faults, step.at),
        isChosen: step.at === chosen,
        onChoose,
      },
      width,
      height,
    }),
  );
  const lines = edges.map(
    ({ from, to }): Edge => ({
      id: `${from} ${to}`,
      source: from,
      target: to,
      markerEnd: { type: MarkerType.ArrowClosed },
      zIndex: 1,
    }),
  );
  return (
    <section className={styles['graph']} aria-label="Graph of the flow">
      <ReactFlow
        nodes={nodes}
        edges={lines}
        nodeTypes={nodeTypes}
        colorMode={scheme}
        onInit={setDrawing}
        fitView
        fitViewOptions={fit}
        minZoom={0.1}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
      >
        <Controls showInteractive={false} />
      </ReactFlow>
    </section>
  );
}

const fit = { maxZoom: 1, padding: 0.08 };

/** What the drawing's positions depend on. */
const shapeOf = (steps: readonly PlacedStep[]): string =>
  JSON.stringify(steps.map(({ at, key, step }) => [at, key, step.after, isGroup(step) && modeOf(step)]));

const StepBox = memo(function StepBox({ data: { placed, faultCount, isChosen, onChoose } }: NodeProps<StepNode>) {
  const { step, key, at } = placed;
  const isBox = isGroup(step);
  const notes = [
    ...(step.forEach === undefined
      ? []
      : [Array.isArray(step.forEach) ? `for each of ${step.forEach.length}` : 'for each']),
    ...(step.when === undefined ? [] : [`if ${wordsOfCondition(step.when)}`]),
  ].join('; ');
  return (
    <div
      className={isBox ? styles['group'] : styles['step']}
      data-chosen={isChosen || undefined}
      data-conditional={step.when !== undefined || undefined}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} className={styles['handle']} />
      <button type="button" className={styles['name']} onClick={() => onChoose(at)} aria-pressed={isChosen}>
        <b>{key || '(no key)'}</b>
        {faultCount > 0 && (
          <span className={styles['fault']}>
            <IconAlertTriangle size={13} aria-hidden />
            <span className={styles['faultWords']}>{faultCount}</span>
          </span>
        )}
        <span className={styles['task']}>
          {isBox
            ? modeOf(step) === 'sequence'
              ? 'one after another'
              : 'at a time'
            : (taskOfStep(step) ?? 'no task yet')}
        </span>
        {notes !== '' && (
          <span className={styles['note']} title={notes}>
            {notes}
          </span>
        )}
      </button>
      <Handle type="source" position={Position.Right} isConnectable={false} className={styles['handle']} />
    </div>
  );
});

const nodeTypes = { step: StepBox };
