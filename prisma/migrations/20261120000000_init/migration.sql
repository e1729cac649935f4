-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "dwd";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "dwh";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "fleet";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "ods";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "ops";

-- CreateEnum
CREATE TYPE "ops"."file_state" AS ENUM ('arriving', 'settled', 'loading', 'loaded', 'duplicate', 'quarantined', 'superseded', 'ignored', 'discarded');

-- CreateEnum
CREATE TYPE "ops"."run_state" AS ENUM ('queued', 'delayed', 'waiting', 'running', 'succeeded', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "ops"."attempt_state" AS ENUM ('running', 'succeeded', 'failed', 'lost', 'cancelled', 'released', 'suspended');

-- CreateEnum
CREATE TYPE "ops"."run_trigger" AS ENUM ('watcher', 'api', 'replay', 'invoke');

-- CreateTable
CREATE TABLE "ops"."file" (
    "id" BIGSERIAL NOT NULL,
    "source" TEXT,
    "path" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "current" BOOLEAN NOT NULL DEFAULT true,
    "size" BIGINT NOT NULL,
    "mtime_ns" BIGINT NOT NULL,
    "sha256" TEXT,
    "state" "ops"."file_state" NOT NULL,
    "code" TEXT,
    "reason" TEXT,
    "run_id" UUID,
    "attempt" INTEGER,
    "duplicate_of_id" BIGINT,
    "moved" BOOLEAN NOT NULL DEFAULT false,
    "alone" BOOLEAN NOT NULL DEFAULT false,
    "rows" BIGINT,
    "rejects" INTEGER NOT NULL DEFAULT 0,
    "seen_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "settled_at" TIMESTAMPTZ(6),
    "ended_at" TIMESTAMPTZ(6),
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "file_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ops"."run" (
    "id" UUID NOT NULL,
    "task" TEXT NOT NULL,
    "queue" TEXT NOT NULL,
    "state" "ops"."run_state" NOT NULL,
    "trigger" "ops"."run_trigger" NOT NULL,
    "input" JSONB NOT NULL,
    "output" JSONB,
    "error" JSONB,
    "parent_id" UUID,
    "root_id" UUID NOT NULL,
    "invoke_key" TEXT,
    "idempotency_key" TEXT,
    "priority" INTEGER NOT NULL DEFAULT 0,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "losses" INTEGER NOT NULL DEFAULT 0,
    "max_attempts" INTEGER NOT NULL,
    "progress_done" BIGINT,
    "progress_total" BIGINT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "available_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(6),
    "ended_at" TIMESTAMPTZ(6),
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ops"."run_file" (
    "run_id" UUID NOT NULL,
    "file_id" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "outcome" TEXT,
    "reason" TEXT,

    CONSTRAINT "run_file_pkey" PRIMARY KEY ("run_id","file_id")
);

-- CreateTable
CREATE TABLE "ops"."attempt" (
    "run_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "state" "ops"."attempt_state" NOT NULL,
    "worker_id" TEXT NOT NULL,
    "error" JSONB,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(6),

    CONSTRAINT "attempt_pkey" PRIMARY KEY ("run_id","number")
);

-- CreateTable
CREATE TABLE "ops"."log" (
    "id" BIGSERIAL NOT NULL,
    "run_id" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "level" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "fields" JSONB,

    CONSTRAINT "log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ops"."worker" (
    "id" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "stopped_at" TIMESTAMPTZ(6),
    "active" UUID[] DEFAULT ARRAY[]::UUID[],

    CONSTRAINT "worker_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ops"."reject" (
    "file_id" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "content" TEXT NOT NULL,

    CONSTRAINT "reject_pkey" PRIMARY KEY ("file_id","ordinal")
);

-- CreateTable
CREATE TABLE "ods"."image" (
    "file_id" BIGINT NOT NULL,
    "imp_date" DATE NOT NULL,
    "file_name" TEXT NOT NULL,
    "record" JSONB NOT NULL,

    CONSTRAINT "image_pkey" PRIMARY KEY ("file_id")
);

-- CreateTable
CREATE TABLE "dwd"."image" (
    "file_id" BIGINT NOT NULL,
    "imp_date" DATE NOT NULL,
    "filename" TEXT NOT NULL,
    "md5" CHAR(32) NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "face_no" INTEGER NOT NULL,
    "format" TEXT NOT NULL,
    "model" TEXT NOT NULL,

    CONSTRAINT "image_pkey" PRIMARY KEY ("file_id")
);

-- CreateTable
CREATE TABLE "dwd"."face" (
    "file_id" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "x" DOUBLE PRECISION NOT NULL,
    "y" DOUBLE PRECISION NOT NULL,
    "width" DOUBLE PRECISION NOT NULL,
    "height" DOUBLE PRECISION NOT NULL,
    "score" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "face_pkey" PRIMARY KEY ("file_id","ordinal")
);

-- CreateTable
CREATE TABLE "dwh"."data_sample" (
    "department_name" VARCHAR(32),
    "sensor_serial" VARCHAR(64),
    "create_at" TIMESTAMP(6) NOT NULL,
    "product_name" VARCHAR(16),
    "product_expire" TIMESTAMP(6),
    "file_id" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL
) PARTITION BY RANGE ("create_at");

-- CreateTable
CREATE TABLE "fleet"."objects_detection" (
    "file_id" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "event_ordinal" INTEGER NOT NULL,
    "detection_ordinal" INTEGER NOT NULL,
    "vehicle_id" TEXT NOT NULL,
    "detection_time" TIMESTAMPTZ(6) NOT NULL,
    "object_type" TEXT NOT NULL,
    "object_value" INTEGER NOT NULL,

    CONSTRAINT "objects_detection_pkey" PRIMARY KEY ("file_id","ordinal")
);

-- CreateTable
CREATE TABLE "fleet"."vehicle_status" (
    "file_id" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "vehicle_id" TEXT NOT NULL,
    "report_time" TIMESTAMPTZ(6) NOT NULL,
    "status" TEXT NOT NULL,

    CONSTRAINT "vehicle_status_pkey" PRIMARY KEY ("file_id","ordinal")
);

-- CreateIndex
CREATE INDEX "file_state_id_idx" ON "ops"."file"("state", "id");

-- CreateIndex
CREATE INDEX "file_source_sha256_idx" ON "ops"."file"("source", "sha256");

-- CreateIndex
CREATE INDEX "file_run_id_idx" ON "ops"."file"("run_id");

-- CreateIndex
CREATE INDEX "file_duplicate_of_id_idx" ON "ops"."file"("duplicate_of_id");

-- CreateIndex
CREATE UNIQUE INDEX "file_path_version_key" ON "ops"."file"("path", "version");

-- CreateIndex
CREATE INDEX "run_task_id_idx" ON "ops"."run"("task", "id");

-- CreateIndex
CREATE INDEX "run_state_id_idx" ON "ops"."run"("state", "id");

-- CreateIndex
CREATE INDEX "run_root_id_idx" ON "ops"."run"("root_id");

-- CreateIndex
CREATE UNIQUE INDEX "run_task_idempotency_key_key" ON "ops"."run"("task", "idempotency_key");

-- CreateIndex
CREATE UNIQUE INDEX "run_parent_id_invoke_key_key" ON "ops"."run"("parent_id", "invoke_key");

-- CreateIndex
CREATE INDEX "run_file_file_id_idx" ON "ops"."run_file"("file_id");

-- CreateIndex
CREATE INDEX "attempt_worker_id_idx" ON "ops"."attempt"("worker_id");

-- CreateIndex
CREATE INDEX "log_run_id_id_idx" ON "ops"."log"("run_id", "id");

-- CreateIndex
CREATE INDEX "image_imp_date_idx" ON "ods"."image"("imp_date");

-- CreateIndex
CREATE INDEX "image_imp_date_idx" ON "dwd"."image"("imp_date");

-- CreateIndex
CREATE INDEX "image_face_no_file_id_idx" ON "dwd"."image"("face_no", "file_id");

-- CreateIndex
CREATE INDEX "data_sample_file_id_idx" ON "dwh"."data_sample" USING BRIN ("file_id") WITH (pages_per_range = 32, autosummarize = on);

-- CreateIndex
CREATE INDEX "objects_detection_vehicle_id_detection_time_idx" ON "fleet"."objects_detection"("vehicle_id", "detection_time");

-- CreateIndex
CREATE INDEX "objects_detection_object_type_detection_time_idx" ON "fleet"."objects_detection"("object_type", "detection_time");

-- CreateIndex
CREATE INDEX "objects_detection_detection_time_idx" ON "fleet"."objects_detection"("detection_time");

-- CreateIndex
CREATE INDEX "vehicle_status_vehicle_id_report_time_file_id_ordinal_idx" ON "fleet"."vehicle_status"("vehicle_id", "report_time", "file_id", "ordinal");

-- CreateIndex
CREATE INDEX "vehicle_status_status_report_time_idx" ON "fleet"."vehicle_status"("status", "report_time");

-- CreateIndex
CREATE INDEX "vehicle_status_report_time_file_id_ordinal_idx" ON "fleet"."vehicle_status"("report_time", "file_id", "ordinal");

-- AddForeignKey
ALTER TABLE "ops"."file" ADD CONSTRAINT "file_duplicate_of_id_fkey" FOREIGN KEY ("duplicate_of_id") REFERENCES "ops"."file"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ops"."file" ADD CONSTRAINT "file_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "ops"."run"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ops"."run" ADD CONSTRAINT "run_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "ops"."run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ops"."run_file" ADD CONSTRAINT "run_file_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "ops"."run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ops"."run_file" ADD CONSTRAINT "run_file_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "ops"."file"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ops"."attempt" ADD CONSTRAINT "attempt_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "ops"."run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ops"."attempt" ADD CONSTRAINT "attempt_worker_id_fkey" FOREIGN KEY ("worker_id") REFERENCES "ops"."worker"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ops"."log" ADD CONSTRAINT "log_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "ops"."run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ops"."reject" ADD CONSTRAINT "reject_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "ops"."file"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dwd"."face" ADD CONSTRAINT "face_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "dwd"."image"("file_id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema cannot say, from here on.

-- Promise 3: the same bytes are loaded once per source; a path has one current version.
CREATE UNIQUE INDEX "file_loaded_once" ON "ops"."file" ("source", "sha256") WHERE "state" = 'loaded';
CREATE UNIQUE INDEX "file_current_path" ON "ops"."file" ("path") WHERE "current";

-- The reconciler and the dispatcher look at what is under way, never at the long history.
CREATE INDEX "run_open" ON "ops"."run" ("queue", "id") WHERE "state" IN ('queued', 'delayed', 'waiting', 'running');
CREATE INDEX "file_open" ON "ops"."file" ("source", "id") WHERE "state" IN ('arriving', 'settled', 'loading');

-- Makes the partition of one day, if it is not there. Attaching takes a lock on the parent that loads under way do not
-- wait for, which CREATE TABLE … PARTITION OF would make them do; the advisory lock queues two makers of one day.
CREATE FUNCTION "dwh"."ensure_data_sample_day"("day" date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  partition_name text := 'data_sample_' || to_char("day", 'YYYYMMDD');
BEGIN
  IF to_regclass(format('dwh.%I', partition_name)) IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('dwh.data_sample'));
  IF to_regclass(format('dwh.%I', partition_name)) IS NOT NULL THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE TABLE dwh.%I (LIKE dwh.data_sample INCLUDING DEFAULTS INCLUDING STORAGE)', partition_name);
  EXECUTE format(
    'ALTER TABLE dwh.data_sample ATTACH PARTITION dwh.%I FOR VALUES FROM (%L) TO (%L)',
    partition_name, "day"::timestamp, ("day" + 1)::timestamp
  );
END
$$;

-- Brings the block ranges written since into the index by file of a day's partition; until then every query by file
-- reads them all. Loads call it when they are done instead of waiting for autovacuum's round.
CREATE FUNCTION "dwh"."summarize_data_sample_day"("day" date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  index_id regclass;
BEGIN
  FOR index_id IN
    SELECT indexrelid FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam AND amname = 'brin'
    WHERE indrelid = to_regclass('dwh.data_sample_' || to_char("day", 'YYYYMMDD'))
  LOOP
    PERFORM brin_summarize_new_values(index_id);
  END LOOP;
END
$$;

-- The latest status of each vehicle. Derived, so that an older report cannot overwrite a newer one and a replaced file
-- leaves nothing behind. The recursion hops from vehicle to vehicle in the index instead of reading the history
-- (https://wiki.postgresql.org/wiki/Loose_indexscan). Of two reports of one instant the later file's stands.
CREATE VIEW "fleet"."vehicle_status_latest" AS
WITH RECURSIVE vehicle AS (
  (SELECT vehicle_id FROM fleet.vehicle_status ORDER BY vehicle_id LIMIT 1)
  UNION ALL
  SELECT (SELECT s.vehicle_id FROM fleet.vehicle_status s WHERE s.vehicle_id > v.vehicle_id ORDER BY s.vehicle_id LIMIT 1)
  FROM vehicle v WHERE v.vehicle_id IS NOT NULL
)
SELECT latest.vehicle_id, latest.report_time, latest.status, latest.file_id, latest.ordinal
FROM vehicle v
CROSS JOIN LATERAL (
  SELECT * FROM fleet.vehicle_status s WHERE s.vehicle_id = v.vehicle_id
  ORDER BY s.report_time DESC, s.file_id DESC, s.ordinal DESC LIMIT 1
) latest
WHERE v.vehicle_id IS NOT NULL;

-- Telemetry of runs under the names that orchestrators use: a task's run, the flow it belongs to, and its log.
CREATE VIEW "public"."tasks_results" AS
SELECT
  run.id,
  run.task AS task_id,
  root.task AS dag_id,
  run.created_at AS execution_date,
  run.state::text AS status,
  COALESCE(run.output, run.error) AS result,
  run.started_at AS start_time,
  run.ended_at AS end_time,
  (
    SELECT string_agg(format('%s %s %s', to_char(line.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), line.level, line.message), E'\n' ORDER BY line.id)
    FROM ops.log line WHERE line.run_id = run.id
  ) AS logs
FROM ops.run run JOIN ops.run root ON root.id = run.root_id;
