-- AlterTable
ALTER TABLE "ops"."file" ADD COLUMN     "scope" TEXT;

-- What Prisma's schema cannot say, from here on.

-- The loaded files that one of the same scope replaces.
CREATE INDEX "file_scope" ON "ops"."file" ("source", "scope") WHERE "state" = 'loaded' AND "scope" IS NOT NULL;
