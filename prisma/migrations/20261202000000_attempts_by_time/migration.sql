-- CreateIndex
CREATE INDEX "attempt_started_at_idx" ON "ops"."attempt"("started_at");
