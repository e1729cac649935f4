-- Files that wait for rows of others: docs/decisions/0037-files-that-wait-for-others.md.
-- AlterTable
ALTER TABLE "ops"."file" ADD COLUMN     "waiting" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "ops"."file_wait" (
    "file_id" BIGINT NOT NULL,
    "dataset" TEXT NOT NULL,
    "key" TEXT NOT NULL,

    CONSTRAINT "file_wait_pkey" PRIMARY KEY ("file_id","dataset","key")
);

-- CreateIndex
CREATE INDEX "file_wait_dataset_key_idx" ON "ops"."file_wait"("dataset", "key");

-- AddForeignKey
ALTER TABLE "ops"."file_wait" ADD CONSTRAINT "file_wait_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "ops"."file"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema cannot say, from here on.

-- What waits for others is not looked at by the dispatcher, however much of it there is.
DROP INDEX "ops"."file_settled";
CREATE INDEX "file_settled" ON "ops"."file" ("source", "path" COLLATE "C")
  WHERE "current" AND NOT "waiting" AND ("state" IN ('settled')) IS TRUE;
CREATE INDEX "file_waiting" ON "ops"."file" ("id") WHERE "waiting";
