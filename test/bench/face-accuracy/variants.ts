import type { ModelDefinition } from '#faces/model/definition.js';

/** A way of counting that is measured. */
export interface Variant {
  readonly title: string;
  readonly definition: ModelDefinition;
}

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
  const { closeUp, turn, small, ...own } = definition.search;
  const plain = { leastSide: 640, mostSide: 640, overlap: own.overlap };
  return [
    { title: 'YuNet, long side 640', definition: { ...definition, search: plain } },
    { title: '… at its own size from 480 to 640', definition: { ...definition, search: own } },
    ...(closeUp
      ? [{ title: '… and close-ups of the doubtful', definition: { ...definition, search: { ...own, closeUp } } }]
      : []),
    ...(small
      ? [
          {
            title: '… and a larger look for small faces',
            definition: { ...definition, search: { ...own, ...(closeUp && { closeUp }), small } },
          },
        ]
      : []),
    ...(turn ? [{ title: '… and turned looks: as used', definition }] : []),
  ];
}
