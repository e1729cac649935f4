import type { Pool, Tx } from '../../pool.js';
import { type Conditions, conditions } from '../conditions.js';
import { type Page, type PageRequest, takePage } from '../page.js';
import { readTogether } from '../reading.js';
import { instantSql, shortInstant } from '../times.js';
import { type FrameCondition, fitsCondition } from './frame-conditions.js';

/** How long the search for a page may take: ms. */
const searchLimitMs = 10_000;

/** Which frames are wanted: at least one condition, all of which hold. */
export interface FrameFilter {
  readonly metrics: readonly FrameCondition[];
  readonly labels: readonly FrameCondition[];
  readonly recording?: string | undefined;
  readonly location?: string | undefined;
  readonly footageType?: string | undefined;
}

/** A frame that fits, with what fits in it. */
export interface FrameRow {
  readonly recording: string;
  readonly location: string;
  readonly footage: string;
  readonly footageType: string;
  readonly index: number;
  /** ISO-8601 in UTC. */
  readonly timestamp: string;
  readonly metrics: { readonly metric: string; readonly value: number }[];
  readonly labels: { readonly label: string; readonly certainty: number }[];
}

/** Where a frame stands in the list. */
export type FramePosition = readonly [recording: string, footage: string, index: number];

/** A frame that fits, before what fits in it is looked up. */
interface FoundFrame {
  readonly recording: string;
  readonly location: string;
  readonly footage: string;
  readonly footageType: string;
  readonly index: number;
}

/** So many recordings are searched first; twice as many each time that they had too few frames. */
const firstRecordings = 2;
const maxRecordings = 256;

/**
 * The frames that fit, by recording, footage and index. Recordings of which the figures say that no value, or no label, can
 * fit are left out; the others are searched in their order until the page is full, each through the indexes of its rows.
 * Given up with SQLSTATE 57014 when that takes longer than `limitMs`.
 */
export function listFrames(
  pool: Pool,
  filter: FrameFilter,
  { after, limit }: PageRequest<FramePosition>,
  limitMs = searchLimitMs,
): Promise<Page<FrameRow, FramePosition>> {
  const end = performance.now() + limitMs;
  return readTogether(pool, limitMs, async (tx) => {
    // New partitions have no statistics, by which the planner would know that reading them whole takes longer.
    await tx.query('SET LOCAL enable_seqscan = off');
    const found: FoundFrame[] = [];
    let from: string | undefined = after?.[0];
    let isFirst = true;
    for (let size = firstRecordings; found.length <= limit; size = Math.min(2 * size, maxRecordings)) {
      const recordings = await candidates(tx, filter, from, isFirst, size);
      if (recordings.length === 0) break;
      found.push(...(await framesOf(tx, filter, recordings, after, limit + 1 - found.length)));
      if (recordings.length < size) break;
      from = recordings.at(-1);
      isFirst = false;
      // Each statement has the limit for itself.
      const left = Math.ceil(end - performance.now());
      await tx.query(`SET LOCAL statement_timeout = ${Math.max(1, left)}`);
    }
    const page = takePage(
      found,
      limit,
      (frame) => frame,
      ({ recording, footage, index }): FramePosition => [recording, footage, index],
    );
    return { ...page, items: await withMatches(tx, filter, page.items) };
  });
}

/** The next recordings that may have frames that fit. */
async function candidates(
  tx: Tx,
  filter: FrameFilter,
  from: string | undefined,
  isInclusive: boolean,
  size: number,
): Promise<string[]> {
  const where = conditions();
  where.when(from, (p) => `r.id ${isInclusive ? '>=' : '>'} ${p}`);
  where.when(filter.recording, (p) => `r.id = ${p}`);
  where.when(filter.location, (p) => `r.location = ${p}`);
  for (const { name, comparison, bound } of filter.metrics) {
    const p = where.param(bound);
    const extremes = { '>': [`m.largest > ${p}`], '>=': [`m.largest >= ${p}`], '<': [`m.smallest < ${p}`] };
    const between = { '<=': [`m.smallest <= ${p}`], '=': [`m.smallest <= ${p}`, `m.largest >= ${p}`] };
    const can = { ...extremes, ...between }[comparison].join(' AND ');
    where.and(
      `EXISTS (SELECT FROM recordings.sensor_minute m WHERE m.recording = r.id AND m.metric_type = ${where.param(name)} AND ${can})`,
    );
  }
  for (const { name, comparison, bound } of filter.labels) {
    const can =
      comparison === '>' || comparison === '>=' ? `AND g.best_certainty ${comparison} ${where.param(bound)}` : '';
    where.and(
      `EXISTS (SELECT FROM recordings.footage f JOIN recordings.label_figures g ON g.footage = f.id
        WHERE f.recording = r.id AND g.label_type = ${where.param(name)} ${can})`,
    );
  }
  const text = `SELECT r.id FROM recordings.recording r WHERE ${where.sql()} ORDER BY r.id LIMIT ${where.param(size)}`;
  const { rows } = await tx.query<{ id: string }>(text, where.values);
  return rows.map(({ id }) => id);
}

/** The frames of these recordings that fit: those that the sets of all conditions have in common. */
async function framesOf(
  tx: Tx,
  filter: FrameFilter,
  recordings: readonly string[],
  after: FramePosition | undefined,
  limit: number,
): Promise<FoundFrame[]> {
  const where = conditions();
  const ids = where.param(recordings);
  const cameras = filter.footageType === undefined ? '' : `AND f.footage_type = ${where.param(filter.footageType)}`;
  const sets = [
    ...filter.labels.map((condition) => labelSet(where, condition)),
    ...filter.metrics.map((condition) => metricSet(where, condition, ids)),
  ];
  if (after !== undefined) {
    const [recording, footage, index] = after.map((each) => where.param(each));
    where.and(`(c.recording, m.footage, m.second) > (${recording}, ${footage}, ${index}::integer)`);
  }
  const text = `WITH camera AS MATERIALIZED (
      SELECT f.id, f.recording, r.location, f.footage_type, f.frames
      FROM recordings.footage f JOIN recordings.recording r ON r.id = f.recording
      WHERE f.recording = ANY(${ids}::text[]) ${cameras}
    ), matching AS (${sets.join(' INTERSECT ')})
    SELECT c.recording, c.location, m.footage, c.footage_type AS "footageType", m.second AS index
    FROM matching m JOIN camera c ON c.id = m.footage
    WHERE ${where.sql()} ORDER BY c.recording, m.footage, m.second LIMIT ${where.param(limit)}`;
  const { rows } = await tx.query<FoundFrame>(text, where.values);
  return rows;
}

function labelSet(where: Conditions, { name, comparison, bound }: FrameCondition): string {
  return `SELECT l.footage, l.relative_timestamp AS second FROM recordings.label l
    WHERE l.footage IN (SELECT id FROM camera) AND l.label_type = ${where.param(name)}
      AND l.label_certainty ${comparison} ${where.param(bound)}::float8`;
}

/** A second without a frame, where the number of frames is known, is none. */
function metricSet(where: Conditions, { name, comparison, bound }: FrameCondition, ids: string): string {
  return `SELECT c.id AS footage, s.relative_timestamp AS second
    FROM recordings.sensor s JOIN camera c ON c.recording = s.recording
    WHERE s.recording = ANY(${ids}::text[]) AND s.metric_type = ${where.param(name)}
      AND s.metric_value ${comparison} ${where.param(bound)}::float8 AND s.relative_timestamp < coalesce(c.frames, 2147483647)`;
}

interface Match {
  /** Position of its frame on the page. */
  readonly frame: number;
  readonly name: string;
  readonly value: number;
  readonly timestamp: string;
}

/** The values and labels that fit, of a page's frames. */
async function withMatches(tx: Tx, filter: FrameFilter, frames: readonly FoundFrame[]): Promise<FrameRow[]> {
  const metrics = await matchesOf(tx, filter.metrics, frames, metricMatches, ({ recording }) => recording);
  const labels = await matchesOf(tx, filter.labels, frames, labelMatches, ({ footage }) => footage);
  return frames.map((frame, position) => {
    const values = metrics.filter((match) => match.frame === position);
    const seen = labels.filter((match) => match.frame === position);
    return {
      ...frame,
      timestamp: shortInstant([...values, ...seen].map(({ timestamp }) => timestamp).sort()[0] ?? ''),
      metrics: values.map(({ name, value }) => ({ metric: name, value })),
      labels: seen.map(({ name, value }) => ({ label: name, certainty: value })),
    };
  });
}

const asked = 'unnest($1::text[], $2::integer[]) WITH ORDINALITY AS a (owner, second, position)';
const metricMatches = `SELECT a.position::integer - 1 AS frame, s.metric_type AS name, s.metric_value AS value,
    ${instantSql('s."timestamp"')} AS timestamp
  FROM ${asked} JOIN recordings.sensor s ON s.recording = a.owner AND s.relative_timestamp = a.second
  WHERE s.metric_type = ANY($3::text[]) ORDER BY a.position, s.metric_type, s.metric_value`;
const labelMatches = `SELECT a.position::integer - 1 AS frame, l.label_type AS name, l.label_certainty AS value,
    ${instantSql('l."timestamp"')} AS timestamp
  FROM ${asked} JOIN recordings.label l ON l.footage = a.owner AND l.relative_timestamp = a.second
  WHERE l.label_type = ANY($3::text[]) ORDER BY a.position, l.label_type, l.label_certainty DESC`;

async function matchesOf(
  tx: Tx,
  asked: readonly FrameCondition[],
  frames: readonly FoundFrame[],
  text: string,
  ownerOf: (frame: FoundFrame) => string,
): Promise<Match[]> {
  if (asked.length === 0) return [];
  const names = asked.map(({ name }) => name);
  const { rows } = await tx.query<Match>(text, [frames.map(ownerOf), frames.map(({ index }) => index), names]);
  const fits = ({ name, value }: Match): boolean =>
    asked.some((condition) => condition.name === name && fitsCondition(value, condition));
  return rows.filter(fits);
}
