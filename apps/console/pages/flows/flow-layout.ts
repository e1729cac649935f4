import { Graph, layout } from '@dagrejs/dagre';
import { isGroup, type PlacedStep } from './flow.js';
import { waitsFor } from './flow-order.js';

/** Where a step is drawn, in pixels from its group's corner, or the drawing's. */
export interface Box {
  readonly step: PlacedStep;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Drawing {
  /** Groups before what is in them. */
  readonly boxes: readonly Box[];
  /** From what ends first to what waits for it, by their pointers. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

const step = { width: 200, height: 62 };
/** Within a group: around its steps, and above them for its name. */
const space = { side: 16, top: 44 };

/** Places the steps in columns by what they wait for; each group is placed by itself, and is then one box among others. */
export function drawFlow(steps: readonly PlacedStep[]): Drawing {
  const edges = steps.flatMap((to) => waitsFor(to, steps).map((from) => ({ from: from.at, to: to.at })));
  const inner = new Map<PlacedStep | undefined, { readonly boxes: readonly Box[]; width: number; height: number }>();
  const arrange = (
    parent: PlacedStep | undefined,
  ): { readonly boxes: readonly Box[]; width: number; height: number } => {
    const own = steps.filter((each) => each.parent === parent);
    const graph = new Graph();
    graph.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 54, marginx: 0, marginy: 0 });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const each of own) {
      if (!isGroup(each.step)) graph.setNode(each.at, { ...step });
      else {
        const content = arrange(each);
        graph.setNode(each.at, {
          width: Math.max(step.width, content.width + 2 * space.side),
          height: Math.max(step.height, content.height + space.top + space.side),
        });
      }
    }
    // An edge between steps of different groups keeps the groups in order.
    const levelOf = (at: string): string | undefined =>
      own.find((each) => at === each.at || at.startsWith(`${each.at}/`))?.at;
    for (const { from, to } of edges) {
      const [source, target] = [levelOf(from), levelOf(to)];
      if (source !== undefined && target !== undefined && source !== target) graph.setEdge(source, target);
    }
    layout(graph);
    const boxes = own.map((each): Box => {
      const { x = 0, y = 0, width = step.width, height = step.height } = graph.node(each.at);
      const corner = parent ? { x: space.side, y: space.top } : { x: 0, y: 0 };
      return { step: each, x: corner.x + x - width / 2, y: corner.y + y - height / 2, width, height };
    });
    const { width = 0, height = 0 } = graph.graph();
    const placed = { boxes, width, height };
    inner.set(parent, placed);
    return placed;
  };
  arrange(undefined);
  const flatten = (parent: PlacedStep | undefined): readonly Box[] =>
    (inner.get(parent)?.boxes ?? []).flatMap((box) => [box, ...(isGroup(box.step.step) ? flatten(box.step) : [])]);
  return { boxes: flatten(undefined), edges };
}
