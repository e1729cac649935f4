import { coverSpans } from '#database/datasets/partitions.js';
import { type Pool, transaction } from '#database/pool.js';
import type { SampleRecording } from '#samples/recordings/model.js';

/**
 * Puts recordings into their tables without loading files: each has one file, whose id is its index and one, which the
 * ledger does not know.
 */
export async function seedRecordings(pool: Pool, recordings: readonly SampleRecording[]): Promise<void> {
  const seconds = recordings.flatMap(({ sensors }) => sensors.map(({ timestamp }) => timestamp));
  const spans = [
    {
      from: BigInt(seconds.reduce((least, each) => Math.min(least, each))) * 1_000_000n,
      to: BigInt(seconds.reduce((most, each) => Math.max(most, each))) * 1_000_000n,
    },
  ];
  for (const table of ['recordings.label', 'recordings.sensor']) {
    await transaction(pool, (tx) => coverSpans(tx, table, spans, 'month'));
  }
  await insert(pool, recordings, 'recording', 'id text, location text', ({ drive }) => [drive]);
  await insert(
    pool,
    recordings,
    'footage',
    'id text, footage_type text, filename text, recording text, frames integer',
    ({ footages }) => footages,
  );
  const time = '"timestamp" timestamptz, relative_timestamp integer';
  await insert(
    pool,
    recordings,
    'label',
    `${time}, label_type text, label_certainty double precision, footage text`,
    ({ labels }) => labels.map(withTime),
  );
  await insert(
    pool,
    recordings,
    'sensor',
    `${time}, metric_type text, metric_value double precision, recording text`,
    ({ sensors }) => sensors.map(withTime),
  );
}

const withTime = <T extends { readonly timestamp: number }>(row: T) => ({
  ...row,
  timestamp: new Date(row.timestamp * 1000).toISOString(),
});

async function insert(
  pool: Pool,
  recordings: readonly SampleRecording[],
  table: string,
  columns: string,
  rowsOf: (recording: SampleRecording) => readonly object[],
): Promise<void> {
  const names = columns.replace(/ (text|integer|timestamptz|double precision)/g, '');
  const rows = recordings.flatMap((recording) =>
    rowsOf(recording).map((row, ordinal) => ({ ...row, file_id: recording.index + 1, ordinal })),
  );
  await pool.query(
    `INSERT INTO recordings.${table} (${names}, file_id, ordinal)
     SELECT ${names}, file_id, ordinal FROM json_to_recordset($1) AS r (${columns}, file_id bigint, ordinal integer)`,
    [JSON.stringify(rows)],
  );
}
