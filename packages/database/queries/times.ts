/**
 * SQL for an instant as ISO-8601 text in UTC with microseconds: a JavaScript Date would cut them off, and a cursor that
 * lost them would skip rows.
 */
export const instantSql = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** SQL for a timestamp without a zone as ISO-8601 text without a zone, with microseconds. */
export const wallTimeSql = (column: string): string => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US')`;

/** Shortens the six decimals of `instantSql` to three where no more are needed. */
export const shortInstant = (text: string): string => text.replace(/(\.\d{3})000Z$/, '$1Z');

/** Shortens the six decimals of `wallTimeSql` to three or none where no more are needed. */
export const shortWallTime = (text: string): string => text.replace(/\.000000$/, '').replace(/(\.\d{3})000$/, '$1');
