import type { FlowTreeRun } from '../../generated/api.js';
import type { FlowNode } from './flow-order.js';

/** A box of the graph: one run, or many that are alike. */
export interface FlowBox {
  readonly id: string;
  /** The box above it. */
  readonly parent: string | undefined;
  readonly name: string;
  readonly state: FlowTreeRun['state'];
  /** The only run of it, or the first one. */
  readonly run: FlowTreeRun;
  /** How many runs it stands for. */
  readonly count: number;
}

/** Flows up to so many runs are drawn run by run. */
const singlesUpTo = 150;
/** Fewer runs that are alike are drawn one by one. */
const groupFrom = 4;
/** The graph stays readable, whatever the flow. */
export const maxBoxes = 400;

/** The boxes of a flow's graph. In a large flow runs of one parent with the same task, kind of key and state are one box. */
export function boxesOf(tree: FlowNode): readonly FlowBox[] {
  const isLarge = tree.run.below.total > singlesUpTo;
  const boxes: FlowBox[] = [];
  const visit = (node: FlowNode, parent: string | undefined): void => {
    if (boxes.length >= maxBoxes) return;
    const { run, children } = node;
    boxes.push({ id: run.id, parent, name: run.key ?? run.task, state: run.state, run, count: 1 });
    for (const alike of isLarge ? groupsOf(children) : children.map((child) => [child])) {
      const [first] = alike;
      if (!first) continue;
      if (alike.length < groupFrom) {
        for (const child of alike) visit(child, run.id);
      } else if (boxes.length < maxBoxes) {
        const name = `${kindOf(first.run)} × ${alike.length.toLocaleString('en-US')}`;
        const id = `${run.id} ${kindOf(first.run)} ${first.run.task} ${first.run.state}`;
        boxes.push({ id, parent: run.id, name, state: first.run.state, run: first.run, count: alike.length });
      }
    }
  };
  visit(tree, undefined);
  return boxes;
}

/** Children that are alike. One with runs of its own is alone, as long as there are few enough to be drawn so. */
function groupsOf(children: readonly FlowNode[]): readonly (readonly FlowNode[])[] {
  const groups = new Map<string, FlowNode[]>();
  for (const node of children) {
    const { run } = node;
    const key =
      node.children.length > 0 && children.length <= maxBoxes / 4 ? run.id : `${kindOf(run)} ${run.task} ${run.state}`;
    const group = groups.get(key);
    if (group) group.push(node);
    else groups.set(key, [node]);
  }
  return [...groups.values()];
}

/** What keys have in common: `part` of `part/17`. */
const kindOf = ({ key, task }: FlowTreeRun): string => (key === null ? task : key.replace(/\/[^/]*$/, ''));
