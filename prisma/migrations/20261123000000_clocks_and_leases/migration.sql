-- AlterTable
ALTER TABLE "ops"."file" ADD COLUMN     "tick" BIGINT;

-- AlterTable
ALTER TABLE "ops"."run" ADD COLUMN     "delay_ms" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "ops"."worker" ADD COLUMN     "beats" BIGINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "ops"."lease" (
    "name" TEXT NOT NULL,
    "term" BIGINT NOT NULL,
    "beats" BIGINT NOT NULL,
    "sessions" TEXT NOT NULL,

    CONSTRAINT "lease_pkey" PRIMARY KEY ("name")
);

-- What Prisma's schema cannot say, from here on.

-- Versions that earlier releases left behind: settled, then overwritten by one that was gone before it settled.
UPDATE "ops"."file" f SET "state" = 'superseded', "ended_at" = now(), "updated_at" = now()
WHERE f."state" = 'settled' AND NOT f."current"
  AND NOT EXISTS (SELECT FROM "ops"."file" newer WHERE newer."path" = f."path" AND newer."current" AND newer."state" = 'arriving');
