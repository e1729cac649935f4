-- AlterEnum
ALTER TYPE "ops"."run_trigger" ADD VALUE 'schedule';

-- AlterTable
ALTER TABLE "ops"."action" ADD COLUMN     "run_id" UUID,
ADD COLUMN     "subject" TEXT NOT NULL DEFAULT 'queue';

-- AlterTable
ALTER TABLE "ops"."run" ADD COLUMN     "invoke_at_most" INTEGER,
ADD COLUMN     "labels" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "retry" JSONB,
ADD COLUMN     "retry_of" UUID,
ADD COLUMN     "timeout_ms" INTEGER;


-- What Prisma's schema cannot say, from here on.

-- Most runs have no labels; only those that have some write into it.
CREATE INDEX "run_labels" ON "ops"."run" USING gin ("labels" jsonb_path_ops) WHERE "labels" <> '{}';
-- The runs that repeat a run.
CREATE INDEX "run_retry_of" ON "ops"."run" ("retry_of") WHERE "retry_of" IS NOT NULL;
-- What was done to a run.
CREATE INDEX "action_run_id" ON "ops"."action" ("run_id", "id") WHERE "run_id" IS NOT NULL;
