-- AlterTable
ALTER TABLE "ops"."run" ADD COLUMN     "awaits" JSONB;


-- What Prisma's schema cannot say, from here on.

-- Whether a run waits for another, and whether for one of those that it invoked together. The collation has keys that begin
-- alike stand together.
DROP INDEX "ops"."run_open_children";
CREATE INDEX "run_open_children" ON "ops"."run" ("parent_id", "invoke_key" COLLATE "C")
  WHERE "parent_id" IS NOT NULL AND "state" IN ('queued', 'delayed', 'waiting', 'running');
