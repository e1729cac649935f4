-- Names of files (the last part of their paths) by how they begin, in upper or lower case, whatever the database's collation is.
CREATE INDEX "file_name" ON "ops"."file" (lower(split_part("path", '/', -1)) text_pattern_ops, "id" DESC) WHERE "current";
