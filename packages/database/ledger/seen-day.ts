/**
 * SQL of the UTC day on which a version of a file was first seen, `2026-11-20`. Images stand under it as their import
 * day (decision 16): a query for an image's rows by its file names this day, so that one partition is asked.
 * @param file how the statement calls `ops.file`
 */
export const seenDaySql = (file: string): string => `to_char(${file}.seen_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')`;
