-- AlterTable
ALTER TABLE "ops"."run" ADD COLUMN     "schedule" TEXT,
ADD COLUMN     "slot_at" TIMESTAMPTZ(6);

-- CreateTable
CREATE TABLE "ops"."schedule" (
    "id" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "task" TEXT NOT NULL,
    "input" JSONB NOT NULL,
    "cron" TEXT,
    "every_ms" BIGINT,
    "timezone" TEXT NOT NULL,
    "overlap" TEXT NOT NULL,
    "catch_up" TEXT NOT NULL,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "priority" INTEGER,
    "paused_at" TIMESTAMPTZ(6),
    "off_at" TIMESTAMPTZ(6),
    "next_at" TIMESTAMPTZ(6),
    "decided_at" TIMESTAMPTZ(6) NOT NULL,
    "pending" INTEGER NOT NULL DEFAULT 0,
    "fired" BIGINT NOT NULL DEFAULT 0,
    "late" BIGINT NOT NULL DEFAULT 0,
    "caught_up" BIGINT NOT NULL DEFAULT 0,
    "backfilled" BIGINT NOT NULL DEFAULT 0,
    "skipped" BIGINT NOT NULL DEFAULT 0,
    "failed" BIGINT NOT NULL DEFAULT 0,
    "missed" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "schedule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ops"."slot" (
    "schedule_id" BIGINT NOT NULL,
    "slot_at" TIMESTAMPTZ(6) NOT NULL,
    "state" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "run_id" UUID,
    "reason" TEXT,
    "decided_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "slot_pkey" PRIMARY KEY ("schedule_id","slot_at")
);

-- CreateTable
CREATE TABLE "ops"."missed_slots" (
    "id" BIGSERIAL NOT NULL,
    "schedule_id" BIGINT NOT NULL,
    "first_at" TIMESTAMPTZ(6) NOT NULL,
    "last_at" TIMESTAMPTZ(6) NOT NULL,
    "slots" INTEGER,
    "reason" TEXT NOT NULL,
    "decided_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "missed_slots_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "schedule_name_key" ON "ops"."schedule"("name");

-- CreateIndex
CREATE INDEX "schedule_next_at_idx" ON "ops"."schedule"("next_at");

-- CreateIndex
CREATE INDEX "missed_slots_schedule_id_last_at_idx" ON "ops"."missed_slots"("schedule_id", "last_at");

-- AddForeignKey
ALTER TABLE "ops"."slot" ADD CONSTRAINT "slot_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "ops"."schedule"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ops"."missed_slots" ADD CONSTRAINT "missed_slots_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "ops"."schedule"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema cannot say, from here on.

ALTER TABLE "ops"."schedule" ADD CONSTRAINT "schedule_rule" CHECK (("cron" IS NULL) <> ("every_ms" IS NULL));
-- Slots that wait for the run of an earlier one.
CREATE INDEX "slot_pending" ON "ops"."slot" ("schedule_id", "slot_at") WHERE "state" = 'pending';
-- The runs of a schedule, and those that have not ended.
CREATE INDEX "run_schedule" ON "ops"."run" ("schedule", "id") WHERE "schedule" IS NOT NULL;
CREATE INDEX "run_schedule_open" ON "ops"."run" ("schedule", "slot_at")
  WHERE "schedule" IS NOT NULL AND "state" IN ('queued', 'delayed', 'waiting', 'running');
