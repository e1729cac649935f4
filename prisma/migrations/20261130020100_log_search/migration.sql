-- AlterTable
ALTER TABLE "ops"."log" ADD COLUMN     "task" TEXT NOT NULL DEFAULT '';

-- What Prisma's schema cannot say, from here on.

-- Lines of before have the task of their run, if that is still there.
UPDATE ops.log l SET task = r.task FROM ops.run r WHERE r.id = l.run_id;

-- The words of a text. The punctuation of paths, ids, times and addresses only separates them, so that their parts are words, too: the
-- parser would take a path for one word, and leave out what looks like a tag.
CREATE FUNCTION "ops"."plain_words"(text text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN translate(left(text, 10000), '/.-_@<&+', '        ');

-- What a line is found by: the words of its message and its fields (their first 10,000 characters), its level and its task. The last two have
-- a space in them, as no word has. With RETURN the names in it are looked up here and now: a role that may read a view over the log, and
-- nothing in this schema, plans with this index, too.
CREATE FUNCTION "ops"."log_words"(message text, fields jsonb, level text, task text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN to_tsvector('pg_catalog.simple', ops.plain_words(CASE WHEN fields IS NULL THEN message ELSE message || ' ' || fields::text END))
    || array_to_tsvector(ARRAY['level ' || level, 'task ' || task]);

-- Lines are gathered before they are put in, which costs a search that reads them a little, and lines less.
CREATE INDEX "log_words" ON "ops"."log" USING gin ("ops"."log_words"("message", "fields", "level", "task"))
  WITH (fastupdate = on, gin_pending_list_limit = 1024);
