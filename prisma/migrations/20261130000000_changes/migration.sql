-- Lines of logs, by month. They are no longer deleted with their run, nor looked up when one is written: each table of the
-- history has an age of its own.
CREATE TABLE "ops"."new_log" (
    "id" BIGINT NOT NULL DEFAULT nextval('ops.log_id_seq'),
    "run_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "level" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "fields" JSONB,
    "xid" BIGINT NOT NULL DEFAULT pg_current_xact_id()::text::bigint,

    CONSTRAINT "new_log_pkey" PRIMARY KEY ("at", "id")
) PARTITION BY RANGE ("at");

CREATE TABLE "ops"."run_change" (
    "id" BIGSERIAL NOT NULL,
    "xid" BIGINT NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "run_id" UUID NOT NULL,
    "task" TEXT NOT NULL,
    "queue" TEXT NOT NULL,
    "trigger" "ops"."run_trigger" NOT NULL,
    "recorded_at" TIMESTAMPTZ(6) NOT NULL,
    "was" "ops"."run_state",
    "state" "ops"."run_state" NOT NULL,
    "attempt" INTEGER NOT NULL,
    "cause" TEXT NOT NULL,
    "actor" TEXT,
    "waited_ms" DOUBLE PRECISION,
    "ran_ms" DOUBLE PRECISION,

    CONSTRAINT "run_change_pkey" PRIMARY KEY ("xid", "id", "at")
) PARTITION BY RANGE ("at");

CREATE TABLE "ops"."file_change" (
    "id" BIGSERIAL NOT NULL,
    "xid" BIGINT NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT clock_timestamp(),
    "file_id" BIGINT NOT NULL,
    "source" TEXT,
    "was" "ops"."file_state",
    "was_source" TEXT,
    "was_bytes" BIGINT,
    "was_rows" BIGINT,
    "state" "ops"."file_state" NOT NULL,
    "run_id" UUID,
    "code" TEXT,
    "bytes" BIGINT NOT NULL,
    "rows" BIGINT,
    "actor" TEXT,

    CONSTRAINT "file_change_pkey" PRIMARY KEY ("xid", "id", "at")
) PARTITION BY RANGE ("at");

-- AlterTable
ALTER TABLE "ops"."run" ADD COLUMN     "begun_at" TIMESTAMPTZ(6);

-- What Prisma's schema cannot say, from here on.

-- Rows for which no month is there, because nobody was there to make it.
CREATE TABLE "ops"."log_rest" PARTITION OF "ops"."new_log" DEFAULT;
CREATE TABLE "ops"."run_change_rest" PARTITION OF "ops"."run_change" DEFAULT;
CREATE TABLE "ops"."file_change_rest" PARTITION OF "ops"."file_change" DEFAULT;

-- The months of the lines that there are, and three more for each table; workers make those that follow.
DO $$
DECLARE
  now_month timestamptz := date_trunc('month', now(), 'UTC');
  month timestamptz;
BEGIN
  FOR month IN
    SELECT DISTINCT date_trunc('month', at, 'UTC') FROM ops.log
    UNION SELECT now_month + n * interval '1 month' FROM generate_series(0, 3) n ORDER BY 1
  LOOP
    EXECUTE format('CREATE TABLE ops.%I PARTITION OF ops.new_log FOR VALUES FROM (%L) TO (%L)',
      'log_' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM'), month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
  END LOOP;
  FOR n IN 0..3 LOOP
    month := (now_month AT TIME ZONE 'UTC' + n * interval '1 month') AT TIME ZONE 'UTC';
    EXECUTE format('CREATE TABLE ops.%I PARTITION OF ops.run_change FOR VALUES FROM (%L) TO (%L)',
      'run_change_' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM'), month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
    EXECUTE format('CREATE TABLE ops.%I PARTITION OF ops.file_change FOR VALUES FROM (%L) TO (%L)',
      'file_change_' || to_char(month AT TIME ZONE 'UTC', 'YYYYMM'), month, (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
  END LOOP;
END $$;

INSERT INTO "ops"."new_log" ("id", "run_id", "attempt", "at", "level", "message", "fields", "xid")
SELECT "id", "run_id", "attempt", "at", "level", "message", "fields", 0 FROM "ops"."log" ORDER BY "id";
DROP VIEW "pipeline_schema"."tasks_results";
DROP VIEW "public"."tasks_results";
ALTER SEQUENCE "ops"."log_id_seq" OWNED BY "ops"."new_log"."id";
DROP TABLE "ops"."log";
ALTER TABLE "ops"."new_log" RENAME TO "log";
ALTER TABLE "ops"."log" RENAME CONSTRAINT "new_log_pkey" TO "log_pkey";

-- CreateIndex
CREATE INDEX "log_run_id_id_idx" ON "ops"."log"("run_id", "id");

-- CreateIndex
CREATE INDEX "log_xid_idx" ON "ops"."log"("xid");

-- CreateIndex
CREATE INDEX "run_change_run_id_id_idx" ON "ops"."run_change"("run_id", "id");

-- CreateIndex
CREATE INDEX "file_change_file_id_id_idx" ON "ops"."file_change"("file_id", "id");

CREATE VIEW "public"."tasks_results" AS
SELECT
  r.id,
  r.task AS task_id,
  r.root_task AS dag_id,
  r.execution_date,
  ops.status_word(r.state) AS status,
  COALESCE(r.output, r.error) AS result,
  r.started_at AT TIME ZONE 'UTC' AS start_time,
  r.ended_at AT TIME ZONE 'UTC' AS end_time,
  -- Computed for the rows of an answer, and only where it is asked for.
  (
    SELECT string_agg(format('%s %s %s', to_char(line.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), line.level, line.message), E'\n' ORDER BY line.id)
    FROM ops.log line WHERE line.run_id = r.id
  ) AS logs
FROM ops.run_in_flow r;
CREATE VIEW "pipeline_schema"."tasks_results" AS SELECT * FROM "public"."tasks_results";

-- Changes are written by triggers, so that no statement can forget them: by statement, because workers begin and end runs by
-- groups, and rows that are written together cost half of those written one by one. What is progress only is no change.
--
-- A session keeps the plan of its first statement, which may have had one row; for a hundred thousand, a loop over both tables would
-- take hours. The server never loops for a FULL JOIN, and here it finds what an inner one would: both tables have the same ids.
CREATE FUNCTION "ops"."note_new_runs"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ops.run_change (run_id, task, queue, trigger, recorded_at, state, attempt, actor, cause)
  SELECT id, task, queue, trigger, created_at, state, attempt, NULLIF(current_setting('millrace.actor', true), ''), 'recorded' FROM added;
  RETURN NULL;
END $$;
CREATE FUNCTION "ops"."note_runs"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ops.run_change (run_id, task, queue, trigger, recorded_at, was, state, attempt, actor, cause, waited_ms, ran_ms)
  SELECT n.id, n.task, n.queue, n.trigger, n.created_at, o.state, n.state, n.attempt,
    NULLIF(current_setting('millrace.actor', true), ''),
    CASE
      WHEN n.state = 'running' THEN CASE WHEN o.state = 'running' THEN 'lost' ELSE 'begun' END
      WHEN n.error IS NOT NULL THEN COALESCE(n.error ->> 'name', 'failed')
      WHEN n.state = 'succeeded' THEN 'returned'
      WHEN o.state IN ('succeeded', 'failed', 'cancelled') THEN 'retried'
      WHEN o.state = 'running' THEN CASE n.state WHEN 'waiting' THEN 'invoked' ELSE 'released' END
      ELSE 'due'
    END,
    CASE WHEN n.state = 'running' AND o.state IN ('queued', 'delayed')
      THEN extract(epoch FROM clock_timestamp() - n.available_at) * 1000 END,
    CASE WHEN o.state = 'running' THEN extract(epoch FROM clock_timestamp() - o.begun_at) * 1000 END
  FROM changed n FULL JOIN before o ON o.id = n.id
  WHERE n.state IS DISTINCT FROM o.state OR n.attempt IS DISTINCT FROM o.attempt;
  RETURN NULL;
END $$;
CREATE TRIGGER "run_recorded" AFTER INSERT ON "ops"."run" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION "ops"."note_new_runs"();
CREATE TRIGGER "run_changed" AFTER UPDATE ON "ops"."run" REFERENCING OLD TABLE AS before NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "ops"."note_runs"();

CREATE FUNCTION "ops"."note_new_files"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ops.file_change (file_id, source, state, run_id, code, bytes, rows, actor)
  SELECT id, source, state, run_id, code, size, rows, NULLIF(current_setting('millrace.actor', true), '') FROM added ORDER BY id;
  RETURN NULL;
END $$;
-- With what the file was counted as until then. Of a file that arrives, the size is not counted: it grows.
CREATE FUNCTION "ops"."note_files"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A loaded file that is loaded once more stays so; its run tells the loads apart.
  INSERT INTO ops.file_change (file_id, source, was, was_source, was_bytes, was_rows, state, run_id, code, bytes, rows, actor)
  SELECT n.id, n.source, o.state, o.source, o.size, o.rows, n.state, n.run_id, n.code, n.size, n.rows,
    NULLIF(current_setting('millrace.actor', true), '')
  FROM changed n FULL JOIN before o ON o.id = n.id
  WHERE n.state IS DISTINCT FROM o.state OR (n.state = 'loaded' AND n.run_id IS DISTINCT FROM o.run_id) OR n.source IS DISTINCT FROM o.source
    OR (n.state <> 'arriving' AND (n.size <> o.size OR n.rows IS DISTINCT FROM o.rows))
  ORDER BY n.id;
  RETURN NULL;
END $$;
CREATE TRIGGER "file_seen" AFTER INSERT ON "ops"."file" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION "ops"."note_new_files"();
CREATE TRIGGER "file_changed" AFTER UPDATE ON "ops"."file" REFERENCING OLD TABLE AS before NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION "ops"."note_files"();
