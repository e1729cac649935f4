-- CreateTable
CREATE TABLE "ops"."mend" (
    "kind" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "last_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "mend_pkey" PRIMARY KEY ("kind")
);
