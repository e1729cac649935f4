-- Car drives: what the cameras of each saw, and what its sensors measured. The pictures stay files.
-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "recordings";

-- CreateTable
CREATE TABLE "recordings"."recording" (
    "id" TEXT NOT NULL,
    "location" TEXT NOT NULL,
    "file_id" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,

    CONSTRAINT "recording_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "recordings"."footage" (
    "id" TEXT NOT NULL,
    "footage_type" TEXT NOT NULL,
    "filename" TEXT NOT NULL,
    "recording" TEXT NOT NULL,
    "frames" INTEGER,
    "file_id" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,

    CONSTRAINT "footage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "recordings"."label" (
    "timestamp" TIMESTAMPTZ(6) NOT NULL,
    "relative_timestamp" INTEGER NOT NULL,
    "label_type" TEXT NOT NULL,
    "label_certainty" DOUBLE PRECISION NOT NULL,
    "footage" TEXT NOT NULL,
    "file_id" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,

    CONSTRAINT "label_pkey" PRIMARY KEY ("file_id","ordinal","timestamp")
) PARTITION BY RANGE ("timestamp");

-- CreateTable
CREATE TABLE "recordings"."sensor" (
    "timestamp" TIMESTAMPTZ(6) NOT NULL,
    "relative_timestamp" INTEGER NOT NULL,
    "metric_type" TEXT NOT NULL,
    "metric_value" DOUBLE PRECISION NOT NULL,
    "recording" TEXT NOT NULL,
    "file_id" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,

    CONSTRAINT "sensor_pkey" PRIMARY KEY ("file_id","ordinal","timestamp")
) PARTITION BY RANGE ("timestamp");

-- CreateIndex
CREATE INDEX "recording_file_id_ordinal_idx" ON "recordings"."recording"("file_id", "ordinal");

-- CreateIndex
CREATE INDEX "footage_recording_idx" ON "recordings"."footage"("recording");

-- CreateIndex
CREATE INDEX "footage_file_id_ordinal_idx" ON "recordings"."footage"("file_id", "ordinal");

-- CreateIndex
CREATE INDEX "label_footage_relative_timestamp_idx" ON "recordings"."label"("footage", "relative_timestamp");

-- CreateIndex
CREATE INDEX "sensor_recording_metric_type_relative_timestamp_idx" ON "recordings"."sensor"("recording", "metric_type", "relative_timestamp");

-- AddForeignKey
ALTER TABLE "recordings"."footage" ADD CONSTRAINT "footage_recording_fkey" FOREIGN KEY ("recording") REFERENCES "recordings"."recording"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "recordings"."label" ADD CONSTRAINT "label_footage_fkey" FOREIGN KEY ("footage") REFERENCES "recordings"."footage"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "recordings"."sensor" ADD CONSTRAINT "sensor_recording_fkey" FOREIGN KEY ("recording") REFERENCES "recordings"."recording"("id") ON DELETE NO ACTION ON UPDATE NO ACTION;


-- What Prisma's schema cannot say, from here on.

-- Nothing comes before the first picture; a certainty is a share; what was measured is a number.
ALTER TABLE "recordings"."footage" ADD CONSTRAINT "footage_frames_check" CHECK ("frames" >= 0);
ALTER TABLE "recordings"."label"
  ADD CONSTRAINT "label_relative_timestamp_check" CHECK ("relative_timestamp" >= 0),
  ADD CONSTRAINT "label_label_certainty_check" CHECK ("label_certainty" BETWEEN 0 AND 1);
-- NaN counts as larger than infinity.
ALTER TABLE "recordings"."sensor"
  ADD CONSTRAINT "sensor_relative_timestamp_check" CHECK ("relative_timestamp" >= 0),
  ADD CONSTRAINT "sensor_metric_value_check" CHECK ("metric_value" > '-Infinity' AND "metric_value" < 'Infinity');
