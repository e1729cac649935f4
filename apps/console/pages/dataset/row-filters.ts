import { call } from '../../client/call.js';
import { type DatasetDetail, listColumnValues } from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';
import type { Filter } from '../../ui/filter/filter.js';

/** What of the address is not the rows' own. A column of that name has its filter under another. */
const taken: readonly string[] = ['view', 'row'];

/** The most values that are offered at a time; who wants another types a part of it. */
const offered = 100;
/** So many pages are read for them: along an index a page may be empty though there are more. */
const maxPages = 5;

const words = { equal: 'is', from: 'from', to: 'to', min: 'at least', max: 'at most', contains: 'contains' } as const;

/** A parameter's name in the address. */
const addressName = (parameter: string): string => (taken.includes(parameter) ? `${parameter}_` : parameter);

/** The filters of a dataset, as its declaration has them; those that are quick stand in the bar. */
export function filtersOf(dataset: DatasetDetail): readonly Filter[] {
  const quick = new Set([dataset.partition?.column, ...dataset.indexes.map(([first]) => first)]);
  return dataset.filters.map((filter): Filter => {
    const { parameter, column, kind, description, values } = filter;
    const type = dataset.columns.find(({ name }) => name === column)?.type ?? 'text';
    const isTime = type === 'date' || type.startsWith('timestamp');
    const common = {
      name: addressName(parameter),
      label: kind === 'equal' ? column : `${column} ${words[kind]}`,
      hint: kind === 'equal' && !isTime && values === null ? 'is exactly' : undefined,
      isMain: values !== null || (quick.has(column) && (isTime ? kind !== 'equal' : kind === 'equal')),
    };
    if (values !== null) return { ...common, kind: 'known', from: values, find: valuesOf(dataset.name, parameter) };
    if (type === 'boolean') return { ...common, kind: 'choice', options: truths };
    if (type === 'date') return { ...common, kind: 'date' };
    if (type === 'timestamp') return { ...common, kind: 'clock' };
    if (type === 'timestamptz') return { ...common, kind: 'time' };
    if (numeric.test(type)) return { ...common, kind: 'number' };
    return { ...common, hint: common.hint ?? description, kind: 'text' };
  });
}

const numeric = /^(integer|bigint|double precision|numeric)/;
const truths = ['true', 'false'].map((value) => ({ value, label: value }));

const valuesOf =
  (name: string, field: string) =>
  async (contains: string, signal: AbortSignal): Promise<readonly string[]> => {
    const found: string[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < maxPages && found.length < offered; page++) {
      const { items, nextCursor }: { items: { value: string | number }[]; nextCursor: string | null } = await call(
        listColumnValues(
          { name, field, limit: offered, ...(contains && { contains }), ...(cursor !== null && { cursor }) },
          { signal },
        ),
      );
      found.push(...items.map(({ value }) => String(value)));
      cursor = nextCursor;
      if (cursor === null) break;
    }
    return found;
  };

/** The parameters of a request that the address asks for, in the order of the declaration. */
export const parametersOf = (dataset: DatasetDetail, texts: Texts): ReadonlyMap<string, string> =>
  new Map(
    dataset.filters.flatMap(({ parameter }) => {
      const value = texts[addressName(parameter)];
      return value === undefined || value === '' ? [] : [[parameter, value] as const];
    }),
  );

/** The address of something of the API with these parameters. */
export function withParameters(path: string, parameters: ReadonlyMap<string, string>): string {
  const query = new URLSearchParams([...parameters]).toString();
  return query === '' ? path : `${path}?${query}`;
}
