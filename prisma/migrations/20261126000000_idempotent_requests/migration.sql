-- AlterTable
ALTER TABLE "ops"."run" ADD COLUMN     "requested" JSONB;
