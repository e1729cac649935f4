-- Which times a file's rows have, so that a day can be loaded once more when its rows are gone.
-- AlterTable
ALTER TABLE "ops"."file" ADD COLUMN     "rows_from" TIMESTAMPTZ(6),
ADD COLUMN     "rows_to" TIMESTAMPTZ(6);
