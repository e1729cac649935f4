import type pg from 'pg';

/** How much history there is to be. */
export interface ManyRuns {
  readonly runs: number;
  /** Lines of logs. */
  readonly lines: number;
  /** Hears of each part that is done. */
  progress?(what: string): void;
}

/** Over how many days back from now runs and lines are spread. */
const days = 730;
/** Runs or lines of a statement. */
const chunk = 500_000;

/** A number from 0 to 1 that goes with `n`, another for each `salt`; SQL. Subqueries end with OFFSET 0, so that each is computed once. */
const random = (salt: number): string => `((hashint8extended(n, ${salt}) & 1073741823) / 1073741823::float8)`;
/** A time that goes with `n` of `count`; SQL. */
const timeOf = (count: number): string =>
  `now() - interval '${days} days' + (n - 1 + ${random(1)}) * ${(days * 86_400) / count}::float8 * interval '1 second'`;
/** A UUID of version 7 of a time; SQL. */
const idOf = (time: string): string =>
  `(lpad(to_hex(floor(extract(epoch FROM ${time}) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' ||
    substr(md5(n::text), 4, 15))::uuid`;

/**
 * Fills the tables of the history by SQL: runs of 20 tasks with uneven shares, almost all succeeded, 1 % failed, some open, a
 * fifth tied to a file, a twentieth with labels; and lines of their logs. Changes are not kept (the triggers are off meanwhile), counts
 * are made anew. Rare things: `replay` asked for every 50,000th run, task-20 has few runs and never fails.
 */
export async function fillHistory(
  client: pg.ClientBase,
  { runs, lines, progress = () => {} }: ManyRuns,
): Promise<void> {
  await client.query("SET work_mem = '64MB'; SET maintenance_work_mem = '256MB'; SET synchronous_commit = off");
  const indexes = await dropIndexes(client);
  await client.query(
    'ALTER TABLE ops.run DISABLE TRIGGER run_recorded; ALTER TABLE ops.file DISABLE TRIGGER file_seen',
  );
  for (let from = 1; from <= runs; from += chunk) {
    await client.query(runsSql(runs), [from, Math.min(runs, from + chunk - 1)]);
    progress(`${Math.min(runs, from + chunk - 1)} runs`);
  }
  await client.query(
    `INSERT INTO ops.file (path, source, size, mtime_ns, sha256, state, rows, run_id, ended_at)
     SELECT 'day/' || to_char(r.created_at, 'YYYY-MM-DD') || '/part-' || r.id || '.parquet', 'data-sample', 30000, 1, md5(r.id::text), 'loaded', 2000, r.id, r.ended_at
     FROM ops.run r WHERE r.task = 'task-01' ORDER BY r.id`,
  );
  await client.query(
    'INSERT INTO ops.run_file (run_id, file_id, ordinal, outcome) SELECT run_id, id, 0, state FROM ops.file WHERE run_id IS NOT NULL',
  );
  await client.query('ALTER TABLE ops.run ENABLE TRIGGER run_recorded; ALTER TABLE ops.file ENABLE TRIGGER file_seen');
  progress('files');
  await addMonths(client);
  for (let from = 1; from <= lines; from += chunk) {
    await client.query(linesSql(lines), [from, Math.min(lines, from + chunk - 1)]);
    progress(`${Math.min(lines, from + chunk - 1)} lines`);
  }
  await client.query(indexes);
  progress('indexes');
  await client.query('SELECT ops.count_anew()');
  progress('counts');
}

/** Drops the indexes of the large tables, since to make them at the end is faster. @returns the statements that make them */
async function dropIndexes(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ name: string; made: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made FROM pg_index i
     WHERE i.indrelid IN ('ops.run'::regclass, 'ops.log'::regclass) AND NOT i.indisprimary`,
  );
  await client.query(rows.map(({ name }) => `DROP INDEX ${name}`).join(';'));
  return rows.map(({ made }) => made.replace(' ON ONLY ', ' ON ')).join(';');
}

const taskOf = `'task-' || lpad(least(20, 1 + floor(20 * power(${random(2)}, 2.5)))::text, 2, '0')`;

const runsSql = (runs: number): string => `
  INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, output, error, labels, max_attempts, attempt, created_at,
    available_at, started_at, begun_at, ended_at, updated_at)
  SELECT id, id, task, 'queue-' || right(task, 1), state::ops.run_state, trigger::ops.run_trigger,
    jsonb_build_object('n', n, 'customer', 'customer ' || (n % 9973), 'path', '/data/in/' || n || '.csv'),
    CASE WHEN state = 'succeeded' THEN jsonb_build_object('rows', n % 2000, 'sum', md5(n::text)) END,
    CASE WHEN state = 'failed' THEN jsonb_build_object('name', 'Error', 'message', CASE WHEN n % 100000 = 77 THEN 'the flux capacitor is empty'
      ELSE 'expected ' || n % 17 || ' columns, got ' || n % 13 END) END,
    CASE WHEN ${random(5)} < 0.05 THEN jsonb_build_object('team', 'team-' || n % 7, 'order', n::text) ELSE '{}' END,
    5, CASE WHEN state = 'queued' THEN 0 ELSE 1 END, at, at,
    CASE WHEN state <> 'queued' THEN at + interval '10 ms' END, CASE WHEN state <> 'queued' THEN at + interval '10 ms' END,
    CASE WHEN state IN ('succeeded', 'failed', 'cancelled') THEN at + interval '10 ms' + took END, at + took
  FROM (
    SELECT n, at, task, ${idOf('at')} AS id, interval '1 ms' * (5 + 200 / (0.001 + ${random(6)})) AS took,
      CASE WHEN n > ${runs} - 150 THEN (ARRAY['queued', 'running', 'waiting'])[1 + n % 3]
        WHEN task <> 'task-20' AND ${random(3)} < 0.01 THEN 'failed' WHEN ${random(3)} < 0.011 THEN 'cancelled' ELSE 'succeeded' END AS state,
      CASE WHEN n % 50000 = 0 THEN 'replay' WHEN task < 'task-05' THEN 'watcher' WHEN ${random(4)} < 0.1 THEN 'schedule' ELSE 'api' END AS trigger
    FROM (SELECT n, ${timeOf(runs)} AS at, ${taskOf} AS task FROM generate_series($1::bigint, $2::bigint) n OFFSET 0) one
    OFFSET 0
  ) run`;

/** Rare words: zanzibar in 20 lines, walrus in a single month, error lines are a hundredth. */
const linesSql = (lines: number): string => `
  INSERT INTO ops.log (run_id, task, attempt, at, level, message, fields)
  SELECT ${idOf('at')}, ${taskOf}, 1, at,
    CASE WHEN ${random(7)} < 0.01 THEN 'error' WHEN ${random(7)} < 0.03 THEN 'warn' WHEN ${random(7)} < 0.2 THEN 'debug' ELSE 'info' END,
    CASE n % 5
      WHEN 0 THEN 'loaded ' || n % 2000 || ' rows of day/' || to_char(at, 'YYYY-MM-DD') || '/part-' || n || '.parquet in ' || n % 900 || ' ms'
      WHEN 1 THEN 'begun on worker ' || substr(md5((n % 37)::text), 1, 8) || ', attempt 1'
      WHEN 2 THEN 'customer ' || n % 9973 || ' has ' || n % 11 || ' open orders'
      WHEN 3 THEN 'request ' || md5(n::text) || ' took ' || n % 500 || ' ms'
      ELSE 'the file was moved to /archive/' || to_char(at, 'YYYY/MM') || '/' || n || '.csv'
    END || CASE WHEN n % greatest(1, ${Math.floor(lines / 20)}) = 7 THEN ' zanzibar' ELSE '' END
      || CASE WHEN n BETWEEN ${Math.floor(lines / 2)} AND ${Math.floor(lines / 2 + lines / 24)} THEN ' walrus' ELSE '' END,
    CASE WHEN n % 4 = 0 THEN jsonb_build_object('rows', n % 2000, 'source', 'data-sample') END
  FROM (SELECT n, ${timeOf(lines)} AS at FROM generate_series($1::bigint, $2::bigint) n OFFSET 0) one`;

/** The months of the lines, which in life workers have made in time. */
async function addMonths(client: pg.ClientBase): Promise<void> {
  await client.query(`DO $$
    DECLARE month timestamptz;
    BEGIN
      FOR month IN SELECT generate_series(date_trunc('month', now() - interval '${days + 1} days', 'UTC'), now(), interval '1 month') LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS ops.%I PARTITION OF ops.log FOR VALUES FROM (%L) TO (%L)',
          'log_' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM'), month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
      END LOOP;
    END $$`);
}
