import type { Pool } from '../../pool.js';
import { conditions } from '../conditions.js';
import { type Page, type PageRequest, takePage } from '../page.js';
import { readingLimitMs, readTogether } from '../reading.js';
import { instantSql, shortInstant } from '../times.js';

/** The label of a class that has the highest certainty in a recording. */
export interface TopLabel {
  readonly label: string;
  readonly certainty: number;
  readonly footage: string;
  /** The second since the recording began, and the index of the frame. */
  readonly second: number;
  /** ISO-8601 in UTC. */
  readonly timestamp: string;
}

/** A recording with its classes of labels that have the highest certainties, the highest first. */
export interface RecordingLabels {
  readonly recording: string;
  readonly location: string;
  readonly labels: TopLabel[];
}

/**
 * Of each recording with labels, by id: the classes with the highest certainties, the highest first, then by name; of each
 * the label that has it. Of labels alike the earliest counts, then that of the first footage. Read from the figures that
 * loads keep.
 */
export function topLabels(
  pool: Pool,
  { recording, location }: { readonly recording?: string | undefined; readonly location?: string | undefined },
  classes: number,
  { after, limit }: PageRequest<string>,
): Promise<Page<RecordingLabels, string>> {
  const where = conditions();
  where.when(after, (p) => `r.id > ${p}`);
  where.when(recording, (p) => `r.id = ${p}`);
  where.when(location, (p) => `r.location = ${p}`);
  const text = `SELECT r.id AS recording, r.location, top.labels FROM recordings.recording r CROSS JOIN LATERAL (
      SELECT json_agg(json_build_object('label', label_type, 'certainty', best_certainty, 'footage', footage,
        'second', best_second, 'timestamp', ${instantSql('best_at')}) ORDER BY best_certainty DESC, label_type) AS labels
      FROM (
        SELECT best.* FROM (
          SELECT DISTINCT ON (g.label_type) g.label_type, g.best_certainty, g.footage, g.best_second, g.best_at
          FROM recordings.footage f JOIN recordings.label_figures g ON g.footage = f.id
          WHERE f.recording = r.id ORDER BY g.label_type, g.best_certainty DESC, g.best_second, g.footage
        ) best ORDER BY best_certainty DESC, label_type LIMIT ${where.param(classes)}
      ) chosen
    ) top
    WHERE ${where.sql()} AND top.labels IS NOT NULL ORDER BY r.id LIMIT ${where.param(limit + 1)}`;
  return readTogether(pool, readingLimitMs, async (tx) => {
    const { rows } = await tx.query<RecordingLabels>(text, where.values);
    const short = (label: TopLabel): TopLabel => ({ ...label, timestamp: shortInstant(label.timestamp) });
    const toItem = (row: RecordingLabels): RecordingLabels => ({ ...row, labels: row.labels.map(short) });
    return takePage(rows, limit, toItem, (row) => row.recording);
  });
}

/** A recording's number of labels. */
export interface RankedRecording {
  readonly recording: string;
  readonly location: string;
  readonly labels: number;
}

/** Where a recording stands in the ranking. */
export type RankPosition = readonly [labels: number, recording: string];

/** Which labels count. */
export interface RankFilter {
  /** The lowest certainty in hundredths, 0 to 100. */
  readonly hundredths: number;
  readonly label?: string | undefined;
  readonly location?: string | undefined;
}

/**
 * Recordings by their number of labels of at least a certainty, the most first, then by id; those without any left out.
 * Counted from the figures that loads keep.
 */
export function rankRecordings(
  pool: Pool,
  { hundredths, label, location }: RankFilter,
  { after, limit }: PageRequest<RankPosition>,
): Promise<Page<RankedRecording, RankPosition>> {
  const where = conditions();
  const count = `g.at_least[${where.param(hundredths + 1)}::integer]`;
  where.and(`${count} > 0`);
  where.when(label, (p) => `g.label_type = ${p}`);
  where.when(location, (p) => `r.location = ${p}`);
  const labels = `sum(${count})`;
  const rest =
    after === undefined
      ? ''
      : `HAVING (-${labels}, r.id) > (-${where.param(after[0])}::bigint, ${where.param(after[1])})`;
  const text = `SELECT r.id AS recording, r.location, ${labels}::float8 AS labels
    FROM recordings.label_figures g JOIN recordings.footage f ON f.id = g.footage
      JOIN recordings.recording r ON r.id = f.recording
    WHERE ${where.sql()} GROUP BY r.id ${rest} ORDER BY ${labels} DESC, r.id LIMIT ${where.param(limit + 1)}`;
  return readTogether(pool, readingLimitMs, async (tx) => {
    const { rows } = await tx.query<RankedRecording>(text, where.values);
    return takePage(
      rows,
      limit,
      (row) => row,
      (row): RankPosition => [row.labels, row.recording],
    );
  });
}
