import { coverSpans } from '#database/datasets/partitions.js';
import { type Pool, transaction } from '#database/pool.js';

/** How many rows; each recording is half an hour long: 3,600 values of two metrics, and labels on two footages. */
export interface ManyRecordings {
  readonly values: number;
  readonly labels: number;
}

const seconds = 1_800;
const metrics = 2;
/** The first second of the first recording, 2024-07-01 00:00 UTC; each follows half an hour after the one before ended. */
const start = Date.UTC(2024, 6, 1) / 1000;
const period = 2 * seconds;

/**
 * Fills the tables by statements of the server's own, which are much faster than files: values and certainties that are
 * spread evenly and are the same each time, and a file per recording that the ledger does not know. Ends with ANALYZE.
 * @param progress called after each of the steps with the number of recordings made
 */
export async function fillRecordings(
  pool: Pool,
  { values, labels }: ManyRecordings,
  progress: (recordings: number) => void = () => {},
): Promise<{ recordings: number }> {
  const recordings = Math.ceil(values / (seconds * metrics));
  const labelsPerSecond = labels / (recordings * seconds);
  const span = { from: BigInt(start) * 1_000_000n, to: BigInt(start + recordings * period) * 1_000_000n };
  for (const table of ['recordings.label', 'recordings.sensor']) {
    await transaction(pool, (tx) => coverSpans(tx, table, [span], 'month'));
  }
  await pool.query(
    `INSERT INTO recordings.recording (id, location, file_id, ordinal)
     SELECT 'drive-' || lpad(i::text, 5, '0'), (ARRAY['Budapest', 'Vienna', 'Graz'])[i % 3 + 1], i, 0 FROM generate_series(1, $1) i`,
    [recordings],
  );
  await pool.query(
    `INSERT INTO recordings.footage (id, footage_type, filename, recording, frames, file_id, ordinal)
     SELECT r.id || '-' || camera, camera, r.id || '/' || camera || '.zip', r.id, $1, r.file_id, 1
     FROM recordings.recording r, unnest(ARRAY['front', 'back']) camera`,
    [seconds],
  );
  const step = 100;
  for (let first = 1; first <= recordings; first += step) {
    const range = [first, Math.min(recordings, first + step - 1)];
    await pool.query(sensorRows, range);
    if (labelsPerSecond > 0) await pool.query(labelRows, [...range, labelsPerSecond]);
    progress(range[1] ?? recordings);
  }
  for (const table of ['recording', 'footage', 'label', 'sensor', 'sensor_minute', 'label_figures']) {
    await pool.query(`ANALYZE recordings.${table}`);
  }
  return { recordings };
}

/** A number from 0 to 1 that looks like chance, of a text. */
const chance = (text: string): string => `(hashtextextended(${text}, 0) & 1048575) / 1048575.0`;

const time = `to_timestamp(${start} + (i - 1) * ${period} + second)`;

const sensorRows = `
  INSERT INTO recordings.sensor ("timestamp", relative_timestamp, metric_type, metric_value, recording, file_id, ordinal)
  SELECT ${time}, second, metric,
    CASE metric WHEN 'speed' THEN round((${chance(`metric || i || '/' || second`)} * 130)::numeric, 2)
      ELSE round((${chance(`metric || i || '/' || second`)} * 10 - 5)::numeric, 2) END::float8,
    'drive-' || lpad(i::text, 5, '0'), i, 10 + second * ${metrics} + (metric = 'speed')::int
  FROM generate_series($1::int, $2::int) i, generate_series(0, ${seconds - 1}) second,
    unnest(ARRAY['speed', 'acceleration']) metric`;

/** Of $3 labels per second on average, the nth is there in as many seconds as make that up. */
const labelRows = `
  INSERT INTO recordings.label ("timestamp", relative_timestamp, label_type, label_certainty, footage, file_id, ordinal)
  SELECT ${time}, second,
    (ARRAY['pedestrian', 'animal', 'car', 'motor', 'street_sign', 'bicycle', 'truck'])[floor(${chance(`'t' || i || '/' || second || '/' || nth`)} * 6.999)::int + 1],
    round(${chance(`'c' || i || '/' || second || '/' || nth`)}::numeric, 2)::float8,
    'drive-' || lpad(i::text, 5, '0') || CASE nth % 2 WHEN 0 THEN '-front' ELSE '-back' END,
    i, 10000 + second * 10 + nth
  FROM generate_series($1::int, $2::int) i, generate_series(0, ${seconds - 1}) second, generate_series(0, 9) nth
  WHERE nth < floor($3::float8) OR nth = floor($3::float8) AND ${chance(`'n' || i || '/' || second`)} < $3::float8 - floor($3::float8)`;
