-- AlterTable
ALTER TABLE "ops"."reject" ADD COLUMN "byte_offset" BIGINT;
