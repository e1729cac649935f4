-- AlterTable
ALTER TABLE "ops"."attempt" ADD COLUMN     "settings_version" INTEGER;

-- AlterTable
ALTER TABLE "ops"."run" ADD COLUMN     "parked" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "ops"."task_setting" (
    "task" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "paused" BOOLEAN NOT NULL,
    "concurrency" INTEGER,
    "settings" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),

    CONSTRAINT "task_setting_pkey" PRIMARY KEY ("task")
);

-- CreateTable
CREATE TABLE "ops"."task_setting_version" (
    "task" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),
    "caller" TEXT NOT NULL,
    "session" TEXT,
    "note" TEXT,
    "restored" INTEGER,
    "settings" JSONB NOT NULL,
    "changes" JSONB NOT NULL,

    CONSTRAINT "task_setting_version_pkey" PRIMARY KEY ("task","version")
);

-- What Prisma's schema cannot say, from here on.

-- The order in which the parked runs of a task are let go.
CREATE INDEX "run_parked" ON "ops"."run" ("task", "priority", "id") WHERE "parked";

-- A version says under what attempts ran: it stays as it was written.
CREATE FUNCTION "ops"."keep_setting_version"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a version of settings is kept as it was written; expected an INSERT into ops.task_setting_version, got %', TG_OP
    USING ERRCODE = 'restrict_violation', HINT = 'change the settings of the task: that writes the next version';
END $$;
CREATE TRIGGER "setting_version_kept" BEFORE UPDATE OR DELETE ON "ops"."task_setting_version"
  FOR EACH ROW EXECUTE FUNCTION "ops"."keep_setting_version"();
