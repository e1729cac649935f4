import type { SchemaElement } from 'hyparquet';

/** One column at the top level of the schema. */
export interface TopColumn {
  readonly name: string;
  readonly element: SchemaElement;
  /** Whether it is a group (list, map, struct) and no column of values. */
  readonly isGroup: boolean;
  /** Number of its chunk in every row group; of a group, of its first leaf's. */
  readonly leaf: number;
}

/**
 * The columns at the top of a schema, which lists its tree in depth-first order, each group with its number of children.
 *
 * @returns with the number of leaves, each of which has a chunk in every row group
 * @throws Error when the tree does not hold together
 */
export function checkSchema(schema: readonly SchemaElement[]): { columns: TopColumn[]; leaves: number } {
  const columns: TopColumn[] = [];
  let leaves = 0;
  let at = 1;
  for (let left = childrenOf(schema[0]); left > 0; left--) {
    const element = elementAt(schema, at);
    columns.push({ name: element.name, element, isGroup: isGroup(element), leaf: leaves });
    for (let pending = 1; pending > 0; pending--, at++) {
      const below = elementAt(schema, at);
      if (below.repetition_type === undefined) throw new Error('a column of the schema lacks its repetition type');
      if (isGroup(below)) pending += childrenOf(below);
      else leaves++;
    }
  }
  if (at < schema.length)
    throw new Error(`the schema lists ${schema.length} columns, of which ${at} belong to its tree`);
  return { columns, leaves };
}

/** Groups have no type. Some writers say of columns that they have 0 children, where nothing should be said. */
function isGroup({ type, num_children: children = 0 }: SchemaElement): boolean {
  if (type !== undefined && children !== 0) throw new Error(`a column of values claims ${children} children`);
  return type === undefined;
}

function childrenOf(group: SchemaElement | undefined): number {
  const children = group?.num_children ?? 0;
  if (children < 0) throw new Error(`a group of the schema claims ${children} children`);
  return children;
}

function elementAt(schema: readonly SchemaElement[], at: number): SchemaElement {
  const element = schema[at];
  if (element === undefined) throw new Error('the schema ends in the middle');
  return element;
}
