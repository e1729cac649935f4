-- CreateTable
CREATE TABLE "ops"."load_tally" (
    "grain" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "source" TEXT NOT NULL,
    "files" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "rows" BIGINT NOT NULL,

    CONSTRAINT "load_tally_pkey" PRIMARY KEY ("grain","at","source")
);

-- What Prisma's schema cannot say, from here on.

-- Its latest rows are written again and again, as those of the other tallies.
ALTER TABLE "ops"."load_tally" SET (fillfactor = 80);

-- What has been rolled up already, as far as its changes are kept; the others are added by the next roll-up.
INSERT INTO "ops"."load_tally" ("grain", "at", "source", "files", "bytes", "rows")
SELECT g.grain, date_trunc(g.grain, c.at, 'UTC'), COALESCE(c.source, ''), count(*), sum(c.bytes), COALESCE(sum(c.rows), 0)
FROM ops.file_change c JOIN ops.roll_up u ON pg_visible_in_snapshot(c.xid::text::xid8, u.snapshot::pg_snapshot)
CROSS JOIN (VALUES ('hour'), ('day')) AS g (grain)
WHERE c.state = 'loaded' AND (c.was IS DISTINCT FROM c.state OR c.source IS NOT DISTINCT FROM c.was_source) GROUP BY 1, 2, 3;

-- The slots that ask for attention are few among those that fired.
CREATE INDEX "slot_without_run" ON "ops"."slot" ("schedule_id", "slot_at") WHERE "state" IN ('skipped', 'failed');
