import type { RolledUp } from '../changes/pending.js';
import type { Tx } from '../pool.js';
import type { Conditions } from './conditions.js';
import { boundIds, type IdBounds, noIds } from './id-bounds.js';
import {
  endedDurationSql,
  hasMore,
  isOpenSql,
  openDurationSql,
  type RunFilter,
  runConditions,
  timeSpanOf,
} from './run-filter.js';
import { findRanges } from './run-ranges.js';

/** What runs may be ordered by. */
const orders = ['createdAt', 'startedAt', 'endedAt', 'durationMs'] as const;
type RunOrder = (typeof orders)[number];
export const runSorts = orders.flatMap((order) => [order, `-${order}`]) as (RunOrder | `-${RunOrder}`)[];
export type RunSort = (typeof runSorts)[number];

/** What is wanted of the runs that a filter finds. */
export interface RunPageRequest {
  /** SQL of the columns of the run `r`. */
  readonly shown: string;
  /** The run that the page before ended with, and by what it stood there. */
  readonly after: { readonly key: string; readonly id: string } | undefined;
  readonly limit: number;
  readonly sort: RunSort;
}

/** Runs in the order asked for. */
export interface FoundRuns<R> {
  readonly rows: R[];
  /** Set when the search stopped before its end: the id up to which it has come. */
  readonly reached?: string | undefined;
}

interface OrderedRow {
  readonly id: string;
  readonly key: string;
}

/** Runs that are looked at one by one before an index is asked: what is frequent is found among them. */
const walkedRuns = 10_000;
/** After how long a search for a text ends its page: ms. */
const searchMs = 2_000;

/** @param tx sees one moment */
export async function readRuns<R extends OrderedRow>(
  tx: Tx,
  rolledUp: RolledUp,
  filter: RunFilter,
  request: RunPageRequest,
): Promise<FoundRuns<R>> {
  const bounds = await boundIds(tx, rolledUp, timeSpanOf(filter));
  if (bounds === noIds) return { rows: [] };
  const order = request.sort.replace('-', '');
  if (order === 'createdAt') return await readById(tx, rolledUp, filter, request, bounds);
  if (order === 'durationMs') return await readByDuration(tx, filter, request, bounds);
  return await readByTime(tx, filter, request, bounds);
}

const isDescending = ({ sort }: RunPageRequest): boolean => sort.startsWith('-');

/** Ids are UUIDs of version 7, so their order is that of creation, and has an index. */
async function readById<R extends OrderedRow>(
  tx: Tx,
  rolledUp: RolledUp,
  filter: RunFilter,
  request: RunPageRequest,
  bounds: IdBounds,
): Promise<FoundRuns<R>> {
  const { after, limit } = request;
  const isSearched = isWalked(filter);
  const ranges =
    isCombined(filter) && !rolledUp.isForeign
      ? await findRanges(tx, rolledUp, filter, {
          after: after?.id,
          runs: isSearched ? walkedRuns : limit,
          descending: isDescending(request),
        })
      : [bounds];
  if (isSearched) return await walk(tx, filter, request, ranges);
  return { rows: await readWithin<R>(tx, filter, request, ranges) };
}

/** Whether no index has all that the tally knows of a filter. */
const isCombined = (filter: RunFilter): boolean => {
  const { task, states, triggers } = filter;
  return (
    !hasKey(filter) && (triggers !== undefined || (states !== undefined && (states.length !== 1 || task !== undefined)))
  );
};

/** Whether an index leads to the few runs that can fit: replays have one. */
const hasKey = ({ rootId, parentId, retryOf, schedule, file, error, triggers }: RunFilter): boolean =>
  triggers?.join() === 'replay' || [rootId, parentId, retryOf, schedule, file, error].some((key) => key !== undefined);

/** Whether runs are to be looked at before it is known how many fit. */
const isWalked = (filter: RunFilter): boolean => hasMore(filter) && !hasKey(filter);

/** The conditions of a filter and of the position that the page begins after. */
function pageConditions(filter: RunFilter, request: RunPageRequest, bounds: IdBounds): Conditions {
  const where = runConditions(filter, bounds);
  where.when(request.after?.id, (p) => `r.id ${isDescending(request) ? '<' : '>'} ${p}::uuid`);
  return where;
}

const byId = (request: RunPageRequest, limit: string): string =>
  `ORDER BY r.id ${isDescending(request) ? 'DESC' : 'ASC'} LIMIT ${limit}`;

/** The runs within stretches of ids, which are in the order asked for. */
async function readWithin<R extends OrderedRow>(
  tx: Tx,
  filter: RunFilter,
  request: RunPageRequest,
  ranges: readonly IdBounds[],
): Promise<R[]> {
  const [first] = ranges;
  if (first === undefined) return [];
  const where = pageConditions(filter, request, ranges.length === 1 ? first : {});
  const order = byId(request, where.param(request.limit));
  if (ranges.length === 1) {
    const { rows } = await tx.query<R>(
      `SELECT ${request.shown}, '0' AS key FROM ops.run r WHERE ${where.sql()} ${order}`,
      where.values,
    );
    return rows;
  }
  const bounds = [ranges.map(({ low }) => low), ranges.map(({ high }) => high)].map(
    (ids) => `${where.param(ids)}::uuid[]`,
  );
  const { rows } = await tx.query<R>(
    `SELECT ${request.shown}, '0' AS key FROM unnest(${bounds.join()}) AS s (low, high)
     CROSS JOIN LATERAL (SELECT * FROM ops.run r WHERE r.id >= s.low AND r.id <= s.high AND ${where.sql()} ${order}) r ${order}`,
    where.values,
  );
  return rows;
}

/**
 * Looks at the runs that the tally's part of the filter finds, some thousands at a time, and stops when the page is full. A label or a
 * duration that is not among the first of them is rare enough for its index; a text has none.
 */
async function walk<R extends OrderedRow>(
  tx: Tx,
  filter: RunFilter,
  request: RunPageRequest,
  ranges: readonly IdBounds[],
): Promise<FoundRuns<R>> {
  const { labels, minDurationMs, maxDurationMs, text, ...tallied } = filter;
  const deadline = performance.now() + searchMs;
  const rows: R[] = [];
  let after = request.after;
  for (let isFirst = true; ; isFirst = false) {
    const isRest = text === undefined && !isFirst;
    const last = isRest ? undefined : await skip(tx, tallied, { ...request, after }, ranges);
    const stretch = last === undefined ? ranges : ranges.map((each) => cut(each, last, request));
    rows.push(...(await readWithin<R>(tx, filter, { ...request, after, limit: request.limit - rows.length }, stretch)));
    if (rows.length === request.limit || last === undefined) return { rows };
    after = { key: '0', id: last };
    if (text !== undefined && performance.now() > deadline) return { rows, reached: last };
  }
}

/** The run that is so many runs further on; undefined when there are not so many. */
async function skip(
  tx: Tx,
  tallied: RunFilter,
  request: RunPageRequest,
  ranges: readonly IdBounds[],
): Promise<string | undefined> {
  const rows = await readWithin<OrderedRow>(tx, tallied, { ...request, shown: 'r.id', limit: walkedRuns }, ranges);
  return rows.length < walkedRuns ? undefined : rows.at(-1)?.id;
}

/** What of a stretch is not behind a run. */
function cut(bounds: IdBounds, last: string, request: RunPageRequest): IdBounds {
  if (isDescending(request))
    return { ...bounds, low: bounds.low !== undefined && bounds.low > last ? bounds.low : last };
  return { ...bounds, high: bounds.high !== undefined && bounds.high < last ? bounds.high : last };
}

/** Those that have ended by their index, those that are open by theirs, and last those that have never begun. */
async function readByDuration<R extends OrderedRow>(
  tx: Tx,
  filter: RunFilter,
  request: RunPageRequest,
  bounds: IdBounds,
): Promise<FoundRuns<R>> {
  const [direction, beyond] = isDescending(request) ? (['DESC', '<'] as const) : (['ASC', '>'] as const);
  const never = isDescending(request) ? '-Infinity' : 'Infinity';
  const { after, limit } = request;
  const where = runConditions(filter, bounds);
  const max = where.param(limit);
  const [key, id] = after ? [where.param(after.key), where.param(after.id)] : [];
  const branch = (isThis: string, duration: string): string => {
    const page =
      id === undefined
        ? ''
        : `AND ${duration} ${beyond}= ${key}::float8 AND (${duration}, r.id) ${beyond} (${key}::float8, ${id}::uuid)`;
    return `(SELECT r.*, ${duration} AS key FROM ops.run r WHERE ${isThis} AND ${duration} IS NOT NULL AND ${where.sql()} ${page}
      ORDER BY ${duration} ${direction}, r.id ${direction} LIMIT ${max})`;
  };
  const begun =
    after?.key === never
      ? []
      : (
          await tx.query<R>(
            `SELECT ${request.shown}, r.key::text AS key FROM (
               ${branch('r.ended_at IS NOT NULL', endedDurationSql)} UNION ALL ${branch(isOpenSql, openDurationSql)}
             ) r ORDER BY r.key ${direction}, r.id ${direction} LIMIT ${max}`,
            where.values,
          )
        ).rows;
  if (begun.length === limit) return { rows: begun };
  const rest = runConditions(filter, bounds);
  if (after?.key === never) rest.when(after.id, (p) => `r.id ${beyond} ${p}::uuid`);
  const { rows } = await tx.query<R>(
    `SELECT ${request.shown}, '${never}' AS key FROM ops.run r WHERE r.started_at IS NULL AND ${rest.sql()}
     ORDER BY r.id ${direction} LIMIT ${rest.param(limit - begun.length)}`,
    rest.values,
  );
  return { rows: [...begun, ...rows] };
}

/** In the order of a time that no index has: all runs that the filter finds are sorted. */
async function readByTime<R extends OrderedRow>(
  tx: Tx,
  filter: RunFilter,
  request: RunPageRequest,
  bounds: IdBounds,
): Promise<FoundRuns<R>> {
  const [direction, beyond] = isDescending(request) ? (['DESC', '<'] as const) : (['ASC', '>'] as const);
  const where = runConditions(filter, bounds);
  // Microseconds since 1970, which a float8 holds exactly.
  const column = request.sort.endsWith('startedAt') ? 'r.started_at' : 'r.ended_at';
  const key = `COALESCE((extract(epoch FROM ${column}) * 1000000)::float8, '${isDescending(request) ? '-' : ''}Infinity')`;
  if (request.after) {
    where.and(
      `(${key}, r.id) ${beyond} (${where.param(request.after.key)}::float8, ${where.param(request.after.id)}::uuid)`,
    );
  }
  await tx.query('SET LOCAL enable_seqscan = on');
  const { rows } = await tx.query<R>(
    `SELECT ${request.shown}, ${key}::text AS key FROM ops.run r WHERE ${where.sql()}
     ORDER BY ${key} ${direction}, r.id ${direction} LIMIT ${where.param(request.limit)}`,
    where.values,
  );
  return { rows };
}
