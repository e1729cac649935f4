import type { Pool, Tx } from '../pool.js';
import { type Conditions, conditions } from './conditions.js';
import { type Page, type PageRequest, takePage } from './page.js';
import { readingLimitMs, readTogether } from './reading.js';
import type { SearchWords } from './search-words.js';
import { instantSql, shortInstant } from './times.js';

/** Which lines are wanted; what is left out does not matter. */
export interface LogSearch {
  readonly text?: SearchWords | undefined;
  readonly levels?: readonly string[] | undefined;
  readonly task?: string | undefined;
  readonly runId?: string | undefined;
  /** Lines of all runs of a flow, by its first one. */
  readonly rootId?: string | undefined;
  /** Said then or later. ISO-8601. */
  readonly from?: string | undefined;
  /** Said before. */
  readonly before?: string | undefined;
}

/** A line of a log, and whose it is. */
export interface FoundLine {
  readonly id: string;
  readonly runId: string;
  readonly task: string;
  readonly attempt: number;
  readonly at: string;
  readonly level: string;
  readonly message: string;
  readonly fields: unknown;
}

/** Where a page of lines ends: ISO-8601 with microseconds. */
export interface LinePosition {
  readonly at: string;
  readonly id: string;
}

/** What a line is found by, as the index log_words has it. */
const wordsSql = 'ops.log_words(l.message, l.fields, l.level, l.task)';
/** Lines that are looked at one by one before the index is asked: what is frequent is found among them. */
const walkedLines = 2_000;
/** Days of the stretches that the index is asked for, the newest first; the last one again and again. */
const stretchDays = [1, 7, 31] as const;
/** After how long a search ends its page: ms. */
const searchMs = 2_000;

const lexeme = (text: string): string => `'${text.replaceAll(/['\\]/g, '$&$&')}'`;

/** SQL of the query for words, levels and task; undefined when nothing of that is asked for. */
function querySql(where: Conditions, { text, levels, task }: LogSearch): string | undefined {
  const parts = textSql(where, text);
  if (levels) parts.push(`${where.param(levels.map((level) => lexeme(`level ${level}`)).join(' | '))}::tsquery`);
  if (task !== undefined) parts.push(`${where.param(lexeme(`task ${task}`))}::tsquery`);
  return parts.length === 0 ? undefined : `(${parts.join(' && ')})`;
}

function textSql(where: Conditions, text: SearchWords | undefined): string[] {
  if (!text) return [];
  return [
    ...(text.words === '' ? [] : [`websearch_to_tsquery('pg_catalog.simple', ${where.param(text.words)})`]),
    ...(text.beginnings === undefined ? [] : [`to_tsquery('pg_catalog.simple', ${where.param(text.beginnings)})`]),
  ];
}

/** The condition on the line `l` of a text. */
export function whenWords(where: Conditions, text: SearchWords | undefined): void {
  const parts = textSql(where, text);
  if (parts.length > 0) where.and(`${wordsSql} @@ (${parts.join(' && ')})`);
}

/**
 * Lines of all logs, the newest first. What is frequent is found among the newest lines, what is rare by the index of words, a
 * month at a time; so no answer depends on how many lines there are in all. A page may have fewer lines than asked for, even none, and
 * yet be followed by others: a search ends its page after a while. A statement is given up after a while: SQLSTATE 57014.
 */
export async function searchLogs(
  pool: Pool,
  search: LogSearch,
  { after, limit }: PageRequest<LinePosition>,
): Promise<Page<FoundLine, LinePosition>> {
  return await readTogether(pool, readingLimitMs, async (tx) => {
    await tx.query('SET LOCAL enable_seqscan = off');
    const found = await read(tx, search, after, limit + 1);
    const page = takePage(
      found.lines,
      limit,
      (line) => ({ ...line, at: shortInstant(line.at) }),
      ({ at, id }) => ({ at, id }),
    );
    return page.next === undefined && found.reached ? { ...page, next: found.reached } : page;
  });
}

interface Found {
  readonly lines: FoundLine[];
  /** Set when the search stopped before its end. */
  readonly reached?: LinePosition;
}

async function read(tx: Tx, search: LogSearch, after: LinePosition | undefined, limit: number): Promise<Found> {
  const all = { since: undefined, after, limit };
  const isListed = querySql(conditions(), search) === undefined;
  if (isListed || search.runId !== undefined || search.rootId !== undefined)
    return { lines: await readStretch(tx, search, all) };
  const walked = await skip(tx, search, after);
  const lines = await readStretch(tx, search, { ...all, since: walked });
  if (walked === undefined || lines.length === limit) return { lines };
  return await readBackwards(tx, search, walked, lines, limit);
}

/** By the index of words, from a line on that was looked at. */
async function readBackwards(
  tx: Tx,
  search: LogSearch,
  from: LinePosition,
  lines: FoundLine[],
  limit: number,
): Promise<Found> {
  const oldest = await findOldest(tx, search);
  const deadline = performance.now() + searchMs;
  // Bitmaps alone: a walk through a month for a word that is not in it would read all of it.
  await tx.query('SET LOCAL enable_indexscan = off');
  let after = from;
  for (let n = 0; oldest !== undefined && Date.parse(after.at) >= oldest; n++) {
    const days = stretchDays[Math.min(n, stretchDays.length - 1)] ?? 31;
    const since = { at: new Date(Date.parse(after.at) - days * 86_400_000).toISOString(), id: '0' };
    lines.push(...(await readStretch(tx, search, { since, after, limit: limit - lines.length })));
    if (lines.length === limit) return { lines };
    after = since;
    if (performance.now() > deadline) return { lines, reached: after };
  }
  return { lines };
}

/** The conditions on the line `l` but those on words. */
function lineConditions(
  search: LogSearch,
  after: LinePosition | undefined,
  since: LinePosition | undefined,
): Conditions {
  const where = conditions();
  where.when(search.from, (p) => `l.at >= ${p}::timestamptz`);
  where.when(search.before, (p) => `l.at < ${p}::timestamptz`);
  where.when(search.runId, (p) => `l.run_id = ${p}::uuid`);
  where.when(
    search.rootId,
    (p) =>
      `l.run_id = ANY (ARRAY(SELECT ${p}::uuid UNION ALL SELECT id FROM ops.run WHERE root_id = ${p}::uuid AND parent_id IS NOT NULL))`,
  );
  // Said of the time alone, too: partitions are left out by that.
  if (after) {
    const at = `${where.param(after.at)}::timestamptz`;
    where.and(`l.at <= ${at} AND (l.at, l.id) < (${at}, ${where.param(after.id)}::bigint)`);
  }
  if (since) {
    const at = `${where.param(since.at)}::timestamptz`;
    where.and(`l.at >= ${at} AND (l.at, l.id) >= (${at}, ${where.param(since.id)}::bigint)`);
  }
  return where;
}

interface Stretch {
  /** The oldest position that belongs to it. */
  readonly since: LinePosition | undefined;
  readonly after: LinePosition | undefined;
  readonly limit: number;
}

async function readStretch(tx: Tx, search: LogSearch, { since, after, limit }: Stretch): Promise<FoundLine[]> {
  const where = lineConditions(search, after, since);
  // Cheaper to look at than the words.
  where.when(search.levels, (p) => `l.level = ANY (${p}::text[])`);
  where.when(search.task, (p) => `l.task = ${p}`);
  const query = querySql(where, search);
  if (query !== undefined) where.and(`${wordsSql} @@ ${query}`);
  const { rows } = await tx.query<FoundLine>(
    `SELECT l.id::text AS id, l.run_id AS "runId", l.task, l.attempt, ${instantSql('l.at')} AS at, l.level, l.message, l.fields
     FROM ops.log l WHERE ${where.sql()} ORDER BY l.at DESC, l.id DESC LIMIT ${where.param(limit)}`,
    where.values,
  );
  return rows;
}

/** The line that is so many lines back; undefined when there are not so many. */
async function skip(tx: Tx, search: LogSearch, after: LinePosition | undefined): Promise<LinePosition | undefined> {
  const where = lineConditions(search, after, undefined);
  const { rows } = await tx.query<LinePosition>(
    `SELECT ${instantSql('l.at')} AS at, l.id::text AS id FROM ops.log l WHERE ${where.sql()}
     ORDER BY l.at DESC, l.id DESC OFFSET ${where.param(walkedLines - 1)} LIMIT 1`,
    where.values,
  );
  return rows[0];
}

/** When the oldest line was said that the time asked for has: ms since 1970. */
async function findOldest(tx: Tx, { from }: LogSearch): Promise<number | undefined> {
  const where = conditions();
  where.when(from, (p) => `l.at >= ${p}::timestamptz`);
  const { rows } = await tx.query<{ at: Date }>(
    `SELECT l.at FROM ops.log l WHERE ${where.sql()} ORDER BY l.at LIMIT 1`,
    where.values,
  );
  return rows[0]?.at.getTime();
}
