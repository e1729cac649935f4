-- Figures about recordings that questions are answered from; what changes labels and sensors keeps them right in its own
-- transaction, whatever it is.
-- CreateTable
CREATE TABLE "recordings"."sensor_minute" (
    "id" BIGSERIAL NOT NULL,
    "file_id" BIGINT NOT NULL,
    "recording" TEXT NOT NULL,
    "metric_type" TEXT NOT NULL,
    "minute" TIMESTAMPTZ(6) NOT NULL,
    "values" INTEGER NOT NULL,
    "mean" DOUBLE PRECISION,
    "squares" DOUBLE PRECISION,
    "smallest" DOUBLE PRECISION NOT NULL,
    "largest" DOUBLE PRECISION NOT NULL,
    "first_at" TIMESTAMPTZ(6) NOT NULL,
    "last_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "sensor_minute_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "recordings"."label_figures" (
    "id" BIGSERIAL NOT NULL,
    "file_id" BIGINT NOT NULL,
    "footage" TEXT NOT NULL,
    "label_type" TEXT NOT NULL,
    "at_least" INTEGER[],
    "best_certainty" DOUBLE PRECISION NOT NULL,
    "best_second" INTEGER NOT NULL,
    "best_at" TIMESTAMPTZ(6) NOT NULL,
    "first_at" TIMESTAMPTZ(6) NOT NULL,
    "last_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "label_figures_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "sensor_minute_file_id_idx" ON "recordings"."sensor_minute"("file_id");

-- CreateIndex
CREATE INDEX "sensor_minute_recording_metric_type_minute_idx" ON "recordings"."sensor_minute"("recording", "metric_type", "minute");

-- CreateIndex
CREATE INDEX "sensor_minute_minute_idx" ON "recordings"."sensor_minute"("minute");

-- CreateIndex
CREATE INDEX "sensor_minute_metric_type_largest_idx" ON "recordings"."sensor_minute"("metric_type", "largest");

-- CreateIndex
CREATE INDEX "label_figures_file_id_idx" ON "recordings"."label_figures"("file_id");

-- CreateIndex
CREATE INDEX "label_figures_footage_label_type_idx" ON "recordings"."label_figures"("footage", "label_type");

-- CreateIndex
CREATE INDEX "sensor_metric_type_metric_value_idx" ON "recordings"."sensor"("metric_type", "metric_value");

-- CreateIndex
CREATE INDEX "sensor_timestamp_idx" ON "recordings"."sensor" USING BRIN ("timestamp" timestamptz_minmax_multi_ops);


-- What Prisma's schema cannot say, from here on.

-- The figures of some sensor values. Beyond 1e145 squares and their sums pass the range of double precision, which would
-- fail the load.
CREATE FUNCTION "recordings"."add_sensor_minutes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO recordings.sensor_minute (file_id, recording, metric_type, minute, "values", mean, squares,
    smallest, largest, first_at, last_at)
  SELECT file_id, recording, metric_type, date_trunc('minute', "timestamp", 'UTC'), count(*),
    CASE WHEN bool_and(abs(metric_value) <= 1e145) THEN avg(metric_value) FILTER (WHERE abs(metric_value) <= 1e145) END,
    CASE WHEN bool_and(abs(metric_value) <= 1e145)
      THEN count(*) * var_pop(metric_value) FILTER (WHERE abs(metric_value) <= 1e145) END,
    min(metric_value), max(metric_value), min("timestamp"), max("timestamp")
  FROM added GROUP BY 1, 2, 3, 4;
  RETURN NULL;
END $$;

CREATE FUNCTION "recordings"."make_sensor_minutes"(files bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM recordings.sensor_minute WHERE file_id = ANY (files);
  INSERT INTO recordings.sensor_minute (file_id, recording, metric_type, minute, "values", mean, squares,
    smallest, largest, first_at, last_at)
  SELECT file_id, recording, metric_type, date_trunc('minute', "timestamp", 'UTC'), count(*),
    CASE WHEN bool_and(abs(metric_value) <= 1e145) THEN avg(metric_value) FILTER (WHERE abs(metric_value) <= 1e145) END,
    CASE WHEN bool_and(abs(metric_value) <= 1e145)
      THEN count(*) * var_pop(metric_value) FILTER (WHERE abs(metric_value) <= 1e145) END,
    min(metric_value), max(metric_value), min("timestamp"), max("timestamp")
  FROM recordings.sensor WHERE file_id = ANY (files) GROUP BY 1, 2, 3, 4;
END $$;

-- A certainty of n hundredths counts for n: n / 100 is the same double as the literal 0.n.
CREATE FUNCTION "recordings"."hundredths"(certainty double precision) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN (floor(certainty * 100) + 1) / 100 <= certainty THEN floor(certainty * 100)::integer + 1
    WHEN floor(certainty * 100) / 100 > certainty THEN floor(certainty * 100)::integer - 1
    ELSE floor(certainty * 100)::integer
  END
$$;

-- The numbers of labels at hundredths, added up from the top: element n + 1 has those of n hundredths and more.
CREATE FUNCTION "recordings"."counts_from"(hundredths integer[], counts integer[]) RETURNS integer[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  sums integer[] := array_fill(0, ARRAY[101]);
  i integer;
BEGIN
  FOR i IN 1 .. cardinality(hundredths) LOOP
    sums[hundredths[i] + 1] := sums[hundredths[i] + 1] + counts[i];
  END LOOP;
  FOR i IN REVERSE 100 .. 1 LOOP
    sums[i] := sums[i] + sums[i + 1];
  END LOOP;
  RETURN sums;
END $$;

CREATE FUNCTION "recordings"."add_label_figures"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  WITH one AS (
    SELECT file_id, footage, label_type, label_certainty, relative_timestamp, "timestamp",
      recordings.hundredths(label_certainty) AS hundredth
    FROM added
  ), best AS (
    SELECT DISTINCT ON (file_id, footage, label_type) file_id, footage, label_type, label_certainty, relative_timestamp,
      "timestamp"
    FROM one ORDER BY file_id, footage, label_type, label_certainty DESC, relative_timestamp
  ), cell AS (
    SELECT file_id, footage, label_type, hundredth, count(*) AS n, min("timestamp") AS first_at, max("timestamp") AS last_at
    FROM one GROUP BY 1, 2, 3, 4
  )
  INSERT INTO recordings.label_figures (file_id, footage, label_type, at_least, best_certainty, best_second, best_at,
    first_at, last_at)
  SELECT b.file_id, b.footage, b.label_type, f.at_least, b.label_certainty, b.relative_timestamp, b."timestamp",
    f.first_at, f.last_at
  FROM best b JOIN (
    SELECT file_id, footage, label_type, min(first_at) AS first_at, max(last_at) AS last_at,
      recordings.counts_from(array_agg(hundredth), array_agg(n::integer)) AS at_least
    FROM cell GROUP BY 1, 2, 3
  ) f USING (file_id, footage, label_type);
  RETURN NULL;
END $$;

CREATE FUNCTION "recordings"."make_label_figures"(files bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM recordings.label_figures WHERE file_id = ANY (files);
  WITH one AS (
    SELECT file_id, footage, label_type, label_certainty, relative_timestamp, "timestamp",
      recordings.hundredths(label_certainty) AS hundredth
    FROM recordings.label WHERE file_id = ANY (files)
  ), best AS (
    SELECT DISTINCT ON (file_id, footage, label_type) file_id, footage, label_type, label_certainty, relative_timestamp,
      "timestamp"
    FROM one ORDER BY file_id, footage, label_type, label_certainty DESC, relative_timestamp
  ), cell AS (
    SELECT file_id, footage, label_type, hundredth, count(*) AS n, min("timestamp") AS first_at, max("timestamp") AS last_at
    FROM one GROUP BY 1, 2, 3, 4
  )
  INSERT INTO recordings.label_figures (file_id, footage, label_type, at_least, best_certainty, best_second, best_at,
    first_at, last_at)
  SELECT b.file_id, b.footage, b.label_type, f.at_least, b.label_certainty, b.relative_timestamp, b."timestamp",
    f.first_at, f.last_at
  FROM best b JOIN (
    SELECT file_id, footage, label_type, min(first_at) AS first_at, max(last_at) AS last_at,
      recordings.counts_from(array_agg(hundredth), array_agg(n::integer)) AS at_least
    FROM cell GROUP BY 1, 2, 3
  ) f USING (file_id, footage, label_type);
END $$;

-- Rows go with their file, as a rule; of files that keep some the figures are made anew.
CREATE FUNCTION "recordings"."take_sensor_minutes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM recordings.make_sensor_minutes(ARRAY(SELECT DISTINCT file_id FROM gone));
  RETURN NULL;
END $$;
CREATE FUNCTION "recordings"."change_sensor_minutes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM recordings.make_sensor_minutes(ARRAY(SELECT file_id FROM gone UNION SELECT file_id FROM added));
  RETURN NULL;
END $$;
CREATE FUNCTION "recordings"."clear_sensor_minutes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  TRUNCATE recordings.sensor_minute;
  RETURN NULL;
END $$;
CREATE TRIGGER "sensor_added" AFTER INSERT ON "recordings"."sensor" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION "recordings"."add_sensor_minutes"();
CREATE TRIGGER "sensor_gone" AFTER DELETE ON "recordings"."sensor" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION "recordings"."take_sensor_minutes"();
CREATE TRIGGER "sensor_changed" AFTER UPDATE ON "recordings"."sensor" REFERENCING OLD TABLE AS gone NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION "recordings"."change_sensor_minutes"();
CREATE TRIGGER "sensor_cleared" AFTER TRUNCATE ON "recordings"."sensor"
  FOR EACH STATEMENT EXECUTE FUNCTION "recordings"."clear_sensor_minutes"();

CREATE FUNCTION "recordings"."take_label_figures"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM recordings.make_label_figures(ARRAY(SELECT DISTINCT file_id FROM gone));
  RETURN NULL;
END $$;
CREATE FUNCTION "recordings"."change_label_figures"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM recordings.make_label_figures(ARRAY(SELECT file_id FROM gone UNION SELECT file_id FROM added));
  RETURN NULL;
END $$;
CREATE FUNCTION "recordings"."clear_label_figures"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  TRUNCATE recordings.label_figures;
  RETURN NULL;
END $$;
CREATE TRIGGER "label_added" AFTER INSERT ON "recordings"."label" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION "recordings"."add_label_figures"();
CREATE TRIGGER "label_gone" AFTER DELETE ON "recordings"."label" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION "recordings"."take_label_figures"();
CREATE TRIGGER "label_changed" AFTER UPDATE ON "recordings"."label" REFERENCING OLD TABLE AS gone NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION "recordings"."change_label_figures"();
CREATE TRIGGER "label_cleared" AFTER TRUNCATE ON "recordings"."label"
  FOR EACH STATEMENT EXECUTE FUNCTION "recordings"."clear_label_figures"();

-- What was loaded before.
SELECT "recordings"."make_sensor_minutes"(ARRAY(SELECT DISTINCT file_id FROM "recordings"."sensor"));
SELECT "recordings"."make_label_figures"(ARRAY(SELECT DISTINCT file_id FROM "recordings"."label"));
