-- CreateTable
CREATE TABLE "ops"."task" (
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "queue" TEXT NOT NULL,
    "source" TEXT,
    "followed_by" TEXT,
    "input_schema" JSONB NOT NULL,
    "output_schema" JSONB NOT NULL,
    "retry" JSONB NOT NULL,
    "timeout_ms" INTEGER NOT NULL,
    "priority" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(6),

    CONSTRAINT "task_pkey" PRIMARY KEY ("name")
);


-- What Prisma's schema cannot say, from here on.

-- When a flow was asked for, by the task of its root, as the views below have it. Also serves times alone where the server
-- can skip through the few tasks there are (PostgreSQL 18). Only of flows that have ended: the row of one that goes on is
-- written again and again, and each time into every index that has it.
CREATE INDEX "run_execution_date" ON "ops"."run" ("task", (COALESCE("slot_at", "created_at") AT TIME ZONE 'UTC'))
  WHERE "parent_id" IS NULL AND "state" IN ('succeeded', 'failed', 'cancelled');
-- Without it the planner takes a third of all runs for later than any time.
CREATE STATISTICS "ops"."run_execution_date" ON (COALESCE("slot_at", "created_at") AT TIME ZONE 'UTC') FROM "ops"."run";

-- The states of runs in the words of other orchestrators.
CREATE FUNCTION "ops"."status_word"("ops"."run_state") RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE $1 WHEN 'succeeded' THEN 'success' WHEN 'failed' THEN 'failure' ELSE $1::text END;

-- The first runs of flows, those that have ended and those that go on: so that a condition on when a flow was asked for is one
-- on an index for each of both.
CREATE VIEW "ops"."root_run" AS
SELECT r.id, r.task, r.state, r.trigger, r.schedule, r.input, r.output, r.error, r.root_id, r.parent_id, r.queue, r.priority, r.attempt,
  r.max_attempts, r.created_at, r.started_at, r.ended_at, COALESCE(r.slot_at, r.created_at) AT TIME ZONE 'UTC' AS execution_date FROM ops.run r
WHERE r.parent_id IS NULL AND r.state IN ('succeeded', 'failed', 'cancelled')
UNION ALL
SELECT r.id, r.task, r.state, r.trigger, r.schedule, r.input, r.output, r.error, r.root_id, r.parent_id, r.queue, r.priority, r.attempt,
  r.max_attempts, r.created_at, r.started_at, r.ended_at, COALESCE(r.slot_at, r.created_at) AT TIME ZONE 'UTC' FROM ops.run r
WHERE r.parent_id IS NULL AND r.state IN ('queued', 'delayed', 'waiting', 'running');

-- Each run with the root of its flow.
CREATE VIEW "ops"."run_in_flow" AS
SELECT r.id, r.task, r.state, r.input, r.output, r.error, r.root_id, r.parent_id, r.queue, r.priority, r.attempt, r.max_attempts,
  r.created_at, r.started_at, r.ended_at, r.task AS root_task, r.execution_date
FROM ops.root_run r
UNION ALL
SELECT r.id, r.task, r.state, r.input, r.output, r.error, r.root_id, r.parent_id, r.queue, r.priority, r.attempt, r.max_attempts,
  r.created_at, r.started_at, r.ended_at, root.task, root.execution_date
FROM ops.run r JOIN ops.root_run root ON root.id = r.root_id
WHERE r.parent_id IS NOT NULL;

DROP VIEW "public"."tasks_results";
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

CREATE VIEW "public"."dags" AS
SELECT
  t.name AS dag_id,
  t.description,
  t.queue,
  t.source,
  t.removed_at IS NULL AS is_active,
  t.input_schema,
  t.output_schema,
  (t.retry->>'attempts')::int AS max_tries,
  t.timeout_ms / 1000.0::float8 AS timeout,
  t.created_at AT TIME ZONE 'UTC' AS first_seen,
  t.removed_at AT TIME ZONE 'UTC' AS removed_at
FROM ops.task t;

CREATE VIEW "public"."dag_runs" AS
SELECT
  r.id,
  r.task AS dag_id,
  r.execution_date,
  ops.status_word(r.state) AS status,
  r.trigger::text AS run_type,
  r.schedule,
  r.input,
  COALESCE(r.output, r.error) AS result,
  r.started_at AT TIME ZONE 'UTC' AS start_time,
  r.ended_at AT TIME ZONE 'UTC' AS end_time,
  1 + (SELECT count(*) FROM ops.run child WHERE child.root_id = r.id AND child.parent_id IS NOT NULL) AS task_count
FROM ops.root_run r;

CREATE VIEW "public"."task_instances" AS
SELECT
  r.id,
  r.task AS task_id,
  r.root_task AS dag_id,
  r.root_id AS dag_run_id,
  r.parent_id,
  r.execution_date,
  ops.status_word(r.state) AS status,
  r.attempt AS try_number,
  r.max_attempts AS max_tries,
  r.queue,
  r.priority,
  (SELECT w.host FROM ops.attempt a JOIN ops.worker w ON w.id = a.worker_id
   WHERE a.run_id = r.id AND a.number = r.attempt) AS hostname,
  r.input,
  COALESCE(r.output, r.error) AS result,
  r.created_at AT TIME ZONE 'UTC' AS queued_time,
  r.started_at AT TIME ZONE 'UTC' AS start_time,
  r.ended_at AT TIME ZONE 'UTC' AS end_time,
  extract(epoch FROM r.ended_at - r.started_at)::float8 AS duration
FROM ops.run_in_flow r;

CREATE SCHEMA "pipeline_schema";
CREATE VIEW "pipeline_schema"."tasks_results" AS SELECT * FROM "public"."tasks_results";
