import type { Tx } from '../../pool.js';
import { type SortKey, sortKeys } from './keys.js';
import type { RowPosition, RowQuery } from './row-query.js';
import { type PositionedRow, queryConditions, readRows } from './statement.js';
import type { Found, Walk } from './walk.js';

/**
 * Reads rows along an index. PostgreSQL keeps missing values behind all others, so what follows a position is a few stretches
 * of the index, one after the other: the rest of those equal in the first keys, then what is larger in the last of them,
 * then what lacks it. One statement over all of them would begin at the index's start on every page.
 */
export async function walkIndex(tx: Tx, query: RowQuery, { after, wanted }: Walk): Promise<Found> {
  const keys = sortKeys(query.table, query.order);
  const found: PositionedRow[] = [];
  for (const stretch of after === undefined ? [[]] : stretchesAfter(keys, after, query.descending)) {
    const where = queryConditions(query);
    for (const { keys: compared, than, values } of stretch) {
      const columns = compared.map(({ sql }) => sql).join(', ');
      if (than === 'is null' || than === 'is not null') where.and(`${columns} ${than}`);
      else {
        const row = compared.map(({ type }, at) => `${where.param(values[at])}::${type}`).join(', ');
        where.and(`(${columns}) ${than} (${row})`);
      }
    }
    found.push(...(await readRows(tx, query, keys, where, wanted - found.length)));
    if (found.length >= wanted) break;
  }
  return { found, next: undefined };
}

interface Comparison {
  readonly keys: readonly SortKey[];
  readonly than: '=' | '<' | '>' | 'is null' | 'is not null';
  readonly values: RowPosition;
}

/** What follows a position in an order, as stretches in that order, each of which is one range of an index. */
function stretchesAfter(keys: readonly SortKey[], position: RowPosition, descending: boolean): Comparison[][] {
  const than = descending ? '<' : '>';
  const [key, ...others] = keys;
  if (key === undefined) return [];
  if (keys.every(({ nullable }) => !nullable)) return [[{ keys, than, values: position }]];
  const [value = null, ...rest] = position;
  const alone = { keys: [key], values: [value] };
  const equal: Comparison = { ...alone, than: value === null ? 'is null' : '=' };
  const stretches = stretchesAfter(others, rest, descending).map((stretch) => [equal, ...stretch]);
  if (value !== null) stretches.push([{ ...alone, than }]);
  if (key.nullable && descending === (value === null)) {
    stretches.push([{ ...alone, than: descending ? 'is not null' : 'is null' }]);
  }
  return stretches;
}
