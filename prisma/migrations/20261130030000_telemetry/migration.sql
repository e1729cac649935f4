-- AlterTable
ALTER TABLE "ops"."run" ADD COLUMN     "request_id" TEXT,
ADD COLUMN     "trace" TEXT;

-- AlterTable
ALTER TABLE "ops"."worker" ADD COLUMN     "beat_ms" INTEGER,
ADD COLUMN     "cpu" DOUBLE PRECISION,
ADD COLUMN     "gone_ms" INTEGER,
ADD COLUMN     "heap" BIGINT,
ADD COLUMN     "loop_delay_ms" DOUBLE PRECISION,
ADD COLUMN     "rss" BIGINT,
ADD COLUMN     "slots" JSONB,
ADD COLUMN     "version" TEXT;
