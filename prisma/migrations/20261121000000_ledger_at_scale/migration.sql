-- The ledger with a million files: the watcher's passes cost what has changed, not what is known or waits. All of these
-- indexes are partial, so a file is in those that its state needs; each one fewer makes every change of state cheaper.

-- What waits, per source and in path order: batches are stretches of it. "C", so that the order is that of the bytes on
-- every server, and cheap to compare. IS TRUE, so that no other index serves the same condition, which statistics that lag
-- behind a burst would prefer (packages/database/ledger/plans.ts).
DROP INDEX "ops"."file_open";
CREATE INDEX "file_arriving" ON "ops"."file" ("source", "path" COLLATE "C") WHERE "current" AND ("state" IN ('arriving')) IS TRUE;
CREATE INDEX "file_settled" ON "ops"."file" ("source", "path" COLLATE "C") WHERE "current" AND ("state" IN ('settled')) IS TRUE;

-- Which waiting or held files have the same bytes. file_loaded_once answers the same for loaded ones.
DROP INDEX "ops"."file_source_sha256_idx";
CREATE INDEX "file_active_bytes" ON "ops"."file" ("source", "sha256", "id") WHERE ("state" IN ('settled', 'loading')) IS TRUE;

DROP INDEX "ops"."file_run_id_idx";
CREATE INDEX "file_run_id_idx" ON "ops"."file" ("run_id") WHERE "run_id" IS NOT NULL;
DROP INDEX "ops"."file_duplicate_of_id_idx";
CREATE INDEX "file_duplicate_of_id_idx" ON "ops"."file" ("duplicate_of_id") WHERE "duplicate_of_id" IS NOT NULL;

-- Every file passes through three or four states, each a new row version and a dead one, of which the index over what
-- waits is made up when nobody clears up: a fifth of a million, the standard, would be too late.
ALTER TABLE "ops"."file" SET (
  autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.01,
  autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.02
);
