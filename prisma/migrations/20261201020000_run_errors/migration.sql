-- The runs of one error, in the order of their recording, all or of one task; those without an error are not in it.
CREATE INDEX "run_error" ON "ops"."run" (("error" ->> 'name'), "id", "task") WHERE "error" IS NOT NULL;
