-- AlterTable
ALTER TABLE "ops"."file" ADD COLUMN     "table_rows" JSONB;
