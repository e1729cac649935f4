-- DropIndex
DROP INDEX "ops"."run_task_idempotency_key_key";

-- DropIndex
DROP INDEX "ops"."run_parent_id_invoke_key_key";

-- DropIndex
DROP INDEX "ops"."run_root_id_idx";

-- AlterTable
ALTER TABLE "ops"."run" ADD COLUMN     "held" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "invoke_window" TEXT;

-- CreateTable
CREATE TABLE "ops"."step" (
    "run_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "attempt" INTEGER NOT NULL,
    "output" JSON,
    "ended_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "step_pkey" PRIMARY KEY ("run_id","key")
);

-- AddForeignKey
ALTER TABLE "ops"."step" ADD CONSTRAINT "step_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "ops"."run"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema cannot say, from here on.

-- As before, but only of the runs that they are about: each change of a run's state writes into every index that has it.
CREATE UNIQUE INDEX "run_idempotency_key" ON "ops"."run" ("task", "idempotency_key") WHERE "idempotency_key" IS NOT NULL;
CREATE INDEX "run_root_id" ON "ops"."run" ("root_id") WHERE "parent_id" IS NOT NULL;
CREATE UNIQUE INDEX "run_invoke_key" ON "ops"."run" ("parent_id", "invoke_key") WHERE "parent_id" IS NOT NULL;

-- Whether a run waits for another, whatever number of them have ended.
CREATE INDEX "run_open_children" ON "ops"."run" ("parent_id")
  WHERE "parent_id" IS NOT NULL AND "state" IN ('queued', 'delayed', 'waiting', 'running');
-- The next run of a window.
CREATE INDEX "run_held" ON "ops"."run" ("parent_id", "invoke_window", "id") WHERE "held";

-- An attempt's row is written twice within a moment; with room on its page the second time touches no index.
ALTER TABLE "ops"."attempt" SET (fillfactor = 60);
