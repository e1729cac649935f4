-- CreateTable
CREATE TABLE "recordings"."frame_faces" (
    "run_id" UUID NOT NULL,
    "footage" TEXT NOT NULL,
    "frame" INTEGER NOT NULL,
    "faces" INTEGER NOT NULL,
    "model" TEXT NOT NULL,

    CONSTRAINT "frame_faces_pkey" PRIMARY KEY ("run_id","frame")
);

-- CreateIndex
CREATE INDEX "frame_faces_footage_frame_idx" ON "recordings"."frame_faces"("footage", "frame");

-- AddForeignKey
ALTER TABLE "recordings"."frame_faces" ADD CONSTRAINT "frame_faces_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "ops"."run"("id") ON DELETE CASCADE ON UPDATE CASCADE;
