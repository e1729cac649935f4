-- Counts of runs and files that are kept from their changes (docs/decisions/0044-tallies-from-changes.md).
-- CreateTable
CREATE TABLE "ops"."run_tally" (
    "grain" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "task" TEXT NOT NULL,
    "trigger" "ops"."run_trigger" NOT NULL,
    "queue" TEXT NOT NULL,
    "state" "ops"."run_state" NOT NULL,
    "runs" BIGINT NOT NULL,

    CONSTRAINT "run_tally_pkey" PRIMARY KEY ("grain","at","task","trigger","queue","state")
);

-- CreateTable
CREATE TABLE "ops"."run_deletion" (
    "id" BIGSERIAL NOT NULL,
    "hour" TIMESTAMPTZ(6) NOT NULL,
    "task" TEXT NOT NULL,
    "trigger" "ops"."run_trigger" NOT NULL,
    "queue" TEXT NOT NULL,
    "state" "ops"."run_state" NOT NULL,
    "runs" BIGINT NOT NULL,

    CONSTRAINT "run_deletion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ops"."run_skew" (
    "grain" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "min_skew_ms" DOUBLE PRECISION NOT NULL,
    "max_skew_ms" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "run_skew_pkey" PRIMARY KEY ("grain","at")
);

-- CreateTable
CREATE TABLE "ops"."run_total" (
    "task" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "runs" BIGINT NOT NULL,

    CONSTRAINT "run_total_pkey" PRIMARY KEY ("task","state")
);

-- CreateTable
CREATE TABLE "ops"."time_total" (
    "task" TEXT NOT NULL,
    "measure" TEXT NOT NULL,
    "bucket" INTEGER NOT NULL,
    "times" BIGINT NOT NULL,
    "sum_ms" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "time_total_pkey" PRIMARY KEY ("task","measure","bucket")
);

-- CreateTable
CREATE TABLE "ops"."file_tally" (
    "source" TEXT NOT NULL,
    "state" "ops"."file_state" NOT NULL,
    "files" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "rows" BIGINT NOT NULL,

    CONSTRAINT "file_tally_pkey" PRIMARY KEY ("source","state")
);

-- CreateTable
CREATE TABLE "ops"."file_deletion" (
    "id" BIGSERIAL NOT NULL,
    "source" TEXT NOT NULL,
    "state" "ops"."file_state" NOT NULL,
    "files" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "rows" BIGINT NOT NULL,

    CONSTRAINT "file_deletion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ops"."file_total" (
    "source" TEXT NOT NULL,
    "state" "ops"."file_state" NOT NULL,
    "files" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "rows" BIGINT NOT NULL,

    CONSTRAINT "file_total_pkey" PRIMARY KEY ("source","state")
);

-- CreateTable
CREATE TABLE "ops"."roll_up" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "snapshot" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "roll_up_pkey" PRIMARY KEY ("id")
);


-- What Prisma's schema cannot say, from here on.

ALTER TABLE "ops"."roll_up" ADD CONSTRAINT "roll_up_one_row" CHECK ("id" = 1);

-- A tally's row that has come to nothing is taken away.
CREATE INDEX "run_tally_empty" ON "ops"."run_tally" ("grain") WHERE "runs" = 0;
-- They are written again and again: with room on its page a row's new version touches no index.
ALTER TABLE "ops"."run_tally" SET (fillfactor = 80);
ALTER TABLE "ops"."run_total" SET (fillfactor = 50);
ALTER TABLE "ops"."time_total" SET (fillfactor = 50);
ALTER TABLE "ops"."file_tally" SET (fillfactor = 50);
ALTER TABLE "ops"."file_total" SET (fillfactor = 50);

-- What is deleted leaves no change of its own.
CREATE FUNCTION "ops"."note_deleted_runs"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ops.run_deletion (hour, task, trigger, queue, state, runs)
  SELECT date_trunc('hour', created_at, 'UTC'), task, trigger, queue, state, count(*) FROM gone GROUP BY 1, 2, 3, 4, 5;
  RETURN NULL;
END $$;
CREATE TRIGGER "run_deleted" AFTER DELETE ON "ops"."run" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION "ops"."note_deleted_runs"();
CREATE FUNCTION "ops"."note_deleted_files"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ops.file_deletion (source, state, files, bytes, rows)
  SELECT COALESCE(source, ''), state, count(*), COALESCE(sum(size) FILTER (WHERE state <> 'arriving'), 0), COALESCE(sum(rows), 0)
  FROM gone GROUP BY 1, 2;
  RETURN NULL;
END $$;
CREATE TRIGGER "file_deleted" AFTER DELETE ON "ops"."file" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION "ops"."note_deleted_files"();

-- Milliseconds since 1970 that a UUID of version 7 begins with (RFC 9562, section 5.7).
CREATE FUNCTION "ops"."id_ms"(id uuid) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ('x' || encode(substring(uuid_send(id) FOR 6), 'hex'))::bit(48)::bigint::float8
$$;

-- Counts all runs and files anew: once here, and in a database that was restored into another server, whose numbers of
-- transactions are others. To be called in a transaction that sees one moment (REPEATABLE READ), or while nobody writes.
CREATE FUNCTION "ops"."count_anew"() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM ops.run_tally;
  DELETE FROM ops.run_deletion;
  DELETE FROM ops.run_skew;
  DELETE FROM ops.file_tally;
  DELETE FROM ops.file_deletion;
  WITH hourly AS (
    SELECT date_trunc('hour', created_at, 'UTC') AS hour, task, trigger, queue, state, count(*) AS runs,
      min(extract(epoch FROM created_at)::float8 * 1000 - ops.id_ms(id)) AS least,
      max(extract(epoch FROM created_at)::float8 * 1000 - ops.id_ms(id)) AS most
    FROM ops.run GROUP BY 1, 2, 3, 4, 5
  ), skew AS (
    INSERT INTO ops.run_skew (grain, at, min_skew_ms, max_skew_ms) SELECT g.grain, g.at, min(least), max(most) FROM hourly
    CROSS JOIN LATERAL (VALUES ('hour', hour), ('day', date_trunc('day', hour, 'UTC'))) AS g (grain, at) GROUP BY 1, 2
  )
  INSERT INTO ops.run_tally (grain, at, task, trigger, queue, state, runs)
  SELECT g.grain, g.at, task, trigger, queue, state, sum(runs) FROM hourly
  CROSS JOIN LATERAL (VALUES ('hour', hour), ('day', date_trunc('day', hour, 'UTC')), ('ever', '-infinity')) AS g (grain, at)
  GROUP BY 1, 2, 3, 4, 5, 6;
  INSERT INTO ops.file_tally (source, state, files, bytes, rows)
  SELECT COALESCE(source, ''), state, count(*), COALESCE(sum(size) FILTER (WHERE state <> 'arriving'), 0), COALESCE(sum(rows), 0)
  FROM ops.file GROUP BY 1, 2;
  INSERT INTO ops.roll_up (snapshot, at) VALUES (pg_current_snapshot()::text, now())
  ON CONFLICT (id) DO UPDATE SET snapshot = EXCLUDED.snapshot, at = EXCLUDED.at;
END $$;

-- Nobody writes meanwhile: the triggers made above lock both tables until the end of this transaction.
SELECT "ops"."count_anew"();
-- Totals begin with what is there.
INSERT INTO "ops"."run_total" ("task", "state", "runs")
SELECT task, state, sum(runs) FROM ops.run_tally WHERE grain = 'ever' AND state IN ('succeeded', 'failed', 'cancelled') GROUP BY 1, 2;
INSERT INTO "ops"."file_total" ("source", "state", "files", "bytes", "rows")
SELECT source, state, files, bytes, rows FROM ops.file_tally WHERE state IN ('loaded', 'quarantined');

-- How long runs took, longest first; an entry for each run, as it ends.
CREATE INDEX "run_duration" ON "ops"."run" ((((extract(epoch FROM "ended_at" - "started_at")) * 1000)::float8))
  WHERE "ended_at" IS NOT NULL;
-- What people asked for by hand is rare among what came by itself.
CREATE INDEX "run_replayed" ON "ops"."run" ("id") WHERE "trigger" = 'replay';

-- What a source loaded last, the newest time of its rows, and the files of sources with several tables. The first has the source as
-- nobody else asks for it: a plan that is made before there are statistics would look a single file up in it, among all of its source.
CREATE INDEX "file_latest" ON "ops"."file" ((COALESCE("source", '')), "ended_at" DESC NULLS LAST, "id" DESC) WHERE "state" = 'loaded';
CREATE INDEX "file_newest" ON "ops"."file" ("source", "rows_to") WHERE "state" = 'loaded' AND "rows_to" IS NOT NULL;
CREATE INDEX "file_tables" ON "ops"."file" ("source") WHERE "state" = 'loaded' AND "table_rows" IS NOT NULL;
