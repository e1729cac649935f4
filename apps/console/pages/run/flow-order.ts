import type { FlowTreeRun } from '../../generated/api.js';

/** A run of a flow with what is below it. */
export interface FlowNode {
  readonly run: FlowTreeRun;
  readonly children: readonly FlowNode[];
  /** How far below the run that the flow is shown from. */
  readonly depth: number;
}

/** The tree of a flow; runs whose parents are not read yet stand below the root. */
export function treeOf(root: FlowTreeRun, runs: readonly FlowTreeRun[]): FlowNode {
  const byParent = new Map<string, FlowTreeRun[]>();
  const known = new Set([root.id, ...runs.map(({ id }) => id)]);
  for (const run of runs) {
    const parent = run.parentId !== null && known.has(run.parentId) ? run.parentId : root.id;
    const siblings = byParent.get(parent);
    if (siblings) siblings.push(run);
    else byParent.set(parent, [run]);
  }
  const build = (run: FlowTreeRun, depth: number): FlowNode => ({
    run,
    depth,
    children: (byParent.get(run.id) ?? []).map((child) => build(child, depth + 1)),
  });
  return build(root, 0);
}

/** The nodes of a tree from above to below; what is below nodes that `isOpen` denies is left out. */
export function flattened(node: FlowNode, isOpen: (node: FlowNode) => boolean = () => true): FlowNode[] {
  const rows: FlowNode[] = [];
  const visit = (each: FlowNode): void => {
    rows.push(each);
    if (isOpen(each)) for (const child of each.children) visit(child);
  };
  visit(node);
  return rows;
}

/** How long a run took, or has taken until `now`; 0 before it began. */
export const durationOf = ({ startedAt, endedAt }: FlowTreeRun, now: number): number =>
  startedAt === null ? 0 : Math.max(0, (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt));

/** How a run is called within its flow. */
export const nameInFlow = ({ task, key }: FlowTreeRun): string => (key === null ? task : `${task} ${key}`);
