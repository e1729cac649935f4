-- Block ranges that no VACUUM has summed up yet are read whole, and those are the newest rows; a tree costs them little.
-- DropIndex
DROP INDEX "recordings"."sensor_timestamp_idx";

-- CreateIndex
CREATE INDEX "sensor_timestamp_idx" ON "recordings"."sensor"("timestamp");

-- Frames are asked for by classes of labels, of which a footage has several.
-- DropIndex
DROP INDEX "recordings"."label_footage_relative_timestamp_idx";

-- CreateIndex
CREATE INDEX "label_footage_label_type_relative_timestamp_idx" ON "recordings"."label"("footage", "label_type", "relative_timestamp");
