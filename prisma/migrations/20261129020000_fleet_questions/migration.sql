-- DropIndex
DROP INDEX "fleet"."objects_detection_object_type_detection_time_idx";

-- DropIndex
DROP INDEX "fleet"."objects_detection_vehicle_id_detection_time_idx";

-- DropIndex
DROP INDEX "fleet"."vehicle_status_vehicle_id_report_time_file_id_ordinal_idx";

-- CreateIndex
CREATE INDEX "objects_detection_by_vehicle" ON "fleet"."objects_detection"("vehicle_id", "detection_time", "object_type", "object_value");

-- CreateIndex
CREATE INDEX "objects_detection_by_type" ON "fleet"."objects_detection"("object_type", "detection_time", "vehicle_id", "object_value");

-- CreateIndex
CREATE INDEX "vehicle_status_by_vehicle" ON "fleet"."vehicle_status"("vehicle_id", "report_time", "file_id", "ordinal", "status");


-- What Prisma's schema cannot say, from here on.

-- Which vehicles ever had an accident: the few reports that say so, by vehicle.
CREATE INDEX "vehicle_status_accident" ON "fleet"."vehicle_status" ("vehicle_id") WHERE "status" = 'accident';

-- The tables of the fleet under the names that people write without a schema. `vehicles_status` is what the files of that
-- name hold: the latest status of each vehicle. Unlike fleet.vehicle_status_latest, which hops from vehicle to vehicle and so
-- lists all of them at once, it hands a condition on the vehicle down to the index, and reads that index through without one.
CREATE VIEW "public"."objects_detection" AS
SELECT file_id, ordinal, event_ordinal, detection_ordinal, vehicle_id, detection_time, object_type, object_value
FROM fleet.objects_detection;

CREATE VIEW "public"."vehicle_status" AS
SELECT file_id, ordinal, vehicle_id, report_time, status FROM fleet.vehicle_status;

CREATE VIEW "public"."vehicles_status" AS
SELECT DISTINCT ON (vehicle_id) vehicle_id, report_time, status, file_id, ordinal
FROM fleet.vehicle_status ORDER BY vehicle_id DESC, report_time DESC, file_id DESC, ordinal DESC;
