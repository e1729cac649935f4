import type { YunetSearch } from '#faces/inference/yunet-search.js';
import type { ModelDefinition } from '#faces/model/definition.js';

/** A way of counting that is measured. */
export interface Variant {
  readonly title: string;
  readonly definition: ModelDefinition;
}

/** What YuNet's own score is compared with where no judge has weighed it. */
const NETWORK_SCORE = 0.6;

/** The model as it is used, and what it grew from, simplest first. */
export function variantsOf(definition: ModelDefinition): Variant[] {
  if (definition.decode === 'blazeface') {
    const { search } = definition;
    return [
      {
        title: 'BlazeFace, one look at 256',
        definition: { ...definition, search: { ...search, longSides: [256], upsideDownScore: 1 } },
      },
      { title: 'BlazeFace as used', definition },
    ];
  }
  const { judge, turn, small, ...own } = definition.search;
  const plain = { leastSide: 640, mostSide: 640, overlap: own.overlap };
  const name = definition.title;
  const grown: [string, YunetSearch][] = [
    [`${name}, one look at 640`, plain],
    ['… at its own size from 480 to 640', own],
  ];
  if (judge) {
    const once = { ...judge, most: 0 };
    grown.push(['… boxes judged by the first look', { ...own, judge: once }]);
    grown.push(['… and looked at closer in doubt', { ...own, judge }]);
    if (small) grown.push(['… and a larger look for small faces', { ...own, judge, small }]);
  }
  if (turn) grown.push(['… and turned looks: as used', definition.search]);
  return grown.map(([title, search]) => ({
    title,
    definition: {
      ...definition,
      search,
      // What a network says by itself is no probability.
      threshold: { ...definition.threshold, score: search.judge ? definition.threshold.score : NETWORK_SCORE },
    },
  }));
}
