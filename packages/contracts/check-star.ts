import type { DatasetDefinition, DimensionDefinition } from './dataset.js';

/** Names are unique in their table by a B-tree, whose entries PostgreSQL limits to 2,704 bytes, four to a character. */
const maxNameLength = 600;

/**
 * What is wrong with a dataset's star; undefined when nothing is.
 * @param tableFault what is wrong with a table's name
 */
export function starFault(
  { star, table, columns }: DatasetDefinition,
  tableFault: (table: string) => string | undefined,
): string | undefined {
  if (star === undefined) return undefined;
  const names = [star.fact, `${star.fact}_file`, star.view, ...star.dimensions.map((dimension) => dimension.table)];
  const seen = new Set([table]);
  for (const name of names) {
    const fault = tableFault(name);
    if (fault !== undefined) return `its star: ${fault}`;
    if (seen.has(name)) return `its star names ${name}, which is another of its tables`;
    seen.add(name);
  }
  if (star.dimensions.length === 0) return 'its star has no dimension';
  const taken = new Set(columns.map(({ name }) => name));
  for (const [index, dimension] of star.dimensions.entries()) {
    const fault = dimensionFault(dimension, columns, star.dimensions.slice(0, index));
    if (fault !== undefined) return `its dimension ${dimension.table} ${fault}`;
    const id = idColumnOf(dimension);
    if (taken.has(id)) return `its dimension ${dimension.table} needs the name ${id}, which another column has`;
    taken.add(id);
  }
  return undefined;
}

function dimensionFault(
  { column, belongsTo }: DimensionDefinition,
  columns: DatasetDefinition['columns'],
  before: readonly DimensionDefinition[],
): string | undefined {
  const found = columns.find(({ name }) => name === column);
  if (found === undefined) return `is of the column ${column}, which is not declared`;
  if (found.type !== 'text' || found.maxLength === undefined || found.maxLength > maxNameLength) {
    return `is of the column ${column}; expected text with a maxLength of at most ${maxNameLength}, got ${found.type} with ${found.maxLength ?? 'none'}`;
  }
  if (before.some((other) => other.column === column))
    return `is of the column ${column}, which has a dimension already`;
  if (belongsTo !== undefined && !before.some((other) => other.table === belongsTo)) {
    return `belongs to ${belongsTo}, which is none of the dimensions before it`;
  }
  return undefined;
}

/** The column that refers to a dimension: `sensor_id` for `dwh.sensor`. */
export const idColumnOf = ({ table }: Pick<DimensionDefinition, 'table'>): string =>
  `${table.slice(table.indexOf('.') + 1)}_id`;
