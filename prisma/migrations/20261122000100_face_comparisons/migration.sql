-- What compare-face-models finds, a row per picture that its two models see differently; goes with its run.
-- CreateTable
CREATE TABLE "dwd"."face_comparison" (
    "run_id" UUID NOT NULL,
    "file_id" BIGINT NOT NULL,
    "filename" TEXT NOT NULL,
    "faces_a" INTEGER NOT NULL,
    "faces_b" INTEGER NOT NULL,
    "matched" INTEGER NOT NULL,
    "only_a" JSONB NOT NULL,
    "only_b" JSONB NOT NULL,

    CONSTRAINT "face_comparison_pkey" PRIMARY KEY ("run_id","file_id")
);

-- AddForeignKey
ALTER TABLE "dwd"."face_comparison" ADD CONSTRAINT "face_comparison_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "ops"."run"("id") ON DELETE CASCADE ON UPDATE CASCADE;
