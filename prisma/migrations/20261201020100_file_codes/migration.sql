-- The files that have the same kind of fault, the last seen first; those without a fault are not in it.
CREATE INDEX "file_code" ON "ops"."file" ("code", "id") WHERE "code" IS NOT NULL;
