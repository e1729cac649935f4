-- The pictures' tables, partitioned by import date: the UTC day on which the file's version was first seen, so that it
-- stays the same when a file is loaded again. See docs/decisions/0016-import-date.md.
ALTER TABLE "ods"."image" RENAME TO "image_before";
ALTER TABLE "dwd"."image" RENAME TO "image_before";
ALTER TABLE "dwd"."face" RENAME TO "face_before";

-- CreateTable
CREATE TABLE "ods"."image" (
    "file_id" BIGINT NOT NULL,
    "imp_date" DATE NOT NULL,
    "file_name" TEXT NOT NULL,
    "record" JSONB NOT NULL
) PARTITION BY RANGE ("imp_date");

-- CreateTable
CREATE TABLE "dwd"."image" (
    "file_id" BIGINT NOT NULL,
    "imp_date" DATE NOT NULL,
    "filename" TEXT NOT NULL,
    "md5" CHAR(32) NOT NULL,
    "sha256" CHAR(64) NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "face_no" INTEGER NOT NULL,
    "format" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "threshold" DOUBLE PRECISION NOT NULL
) PARTITION BY RANGE ("imp_date");

-- CreateTable
CREATE TABLE "dwd"."face" (
    "file_id" BIGINT NOT NULL,
    "imp_date" DATE NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "x" DOUBLE PRECISION NOT NULL,
    "y" DOUBLE PRECISION NOT NULL,
    "width" DOUBLE PRECISION NOT NULL,
    "height" DOUBLE PRECISION NOT NULL,
    "score" DOUBLE PRECISION NOT NULL,
    "landmarks" JSONB NOT NULL
) PARTITION BY RANGE ("imp_date");

CREATE TEMPORARY TABLE "imported" ON COMMIT DROP AS
  SELECT i."file_id", f."sha256", coalesce((f."seen_at" AT TIME ZONE 'UTC')::date, i."imp_date") AS "imp_date"
  FROM "dwd"."image_before" i LEFT JOIN "ops"."file" f ON f."id" = i."file_id";
ALTER TABLE "imported" ADD PRIMARY KEY ("file_id");
ANALYZE "imported";

-- As the loader makes them: packages/database/images/days.ts.
DO $$
DECLARE
  imported date;
  parent text;
BEGIN
  FOR imported IN SELECT DISTINCT "imp_date" FROM "imported" ORDER BY 1 LOOP
    FOREACH parent IN ARRAY ARRAY['ods.image', 'dwd.image', 'dwd.face'] LOOP
      EXECUTE format('CREATE TABLE %s_%s PARTITION OF %s FOR VALUES FROM (%L) TO (%L)',
        parent, to_char(imported, 'YYYYMMDD'), parent, imported, imported + 1);
    END LOOP;
  END LOOP;
END
$$;

INSERT INTO "ods"."image" ("file_id", "imp_date", "file_name", "record")
  SELECT b."file_id", i."imp_date", b."file_name", b."record"
  FROM "ods"."image_before" b JOIN "imported" i USING ("file_id");

-- Until now every model counted from a score of 0.7 on.
INSERT INTO "dwd"."image" ("file_id", "imp_date", "filename", "md5", "sha256", "width", "height", "face_no", "format",
    "model", "threshold")
  SELECT b."file_id", i."imp_date", b."filename", b."md5", i."sha256", b."width", b."height", b."face_no", b."format",
    b."model", 0.7
  FROM "dwd"."image_before" b JOIN "imported" i USING ("file_id");

INSERT INTO "dwd"."face" ("file_id", "imp_date", "ordinal", "x", "y", "width", "height", "score", "landmarks")
  SELECT b."file_id", i."imp_date", b."ordinal", b."x", b."y", b."width", b."height", b."score", '{}'
  FROM "dwd"."face_before" b JOIN "imported" i USING ("file_id");

DROP TABLE "dwd"."face_before";
DROP TABLE "dwd"."image_before";
DROP TABLE "ods"."image_before";

ALTER TABLE "ods"."image" ADD CONSTRAINT "image_pkey" PRIMARY KEY ("file_id", "imp_date");
ALTER TABLE "dwd"."image" ADD CONSTRAINT "image_pkey" PRIMARY KEY ("file_id", "imp_date");
ALTER TABLE "dwd"."face" ADD CONSTRAINT "face_pkey" PRIMARY KEY ("file_id", "imp_date", "ordinal");

-- CreateIndex
CREATE INDEX "image_face_no_file_id_idx" ON "dwd"."image"("face_no", "file_id");

-- CreateIndex
CREATE INDEX "image_filename_file_id_idx" ON "dwd"."image"("filename", "file_id");

-- Pixels, to sort by; Prisma's schema cannot say an expression.
CREATE INDEX "image_pixels_file_id_idx" ON "dwd"."image"(("width"::bigint * "height"), "file_id");

-- Faces go with their picture. A key per pair of partitions: one between the tables would make every new day wait for all
-- loads under way, since attaching a partition then locks dwd.image against writing.
DO $$
DECLARE
  imported date;
BEGIN
  FOR imported IN SELECT DISTINCT "imp_date" FROM "imported" LOOP
    EXECUTE format('ALTER TABLE dwd.face_%1$s ADD CONSTRAINT face_image_fkey FOREIGN KEY (file_id, imp_date)
      REFERENCES dwd.image_%1$s (file_id, imp_date) ON DELETE CASCADE', to_char(imported, 'YYYYMMDD'));
  END LOOP;
END
$$;
