-- Who is logged in, so that log-out holds everywhere, and what was done to queues by hand.
-- CreateTable
CREATE TABLE "ops"."session" (
    "id" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "address" TEXT NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ops"."action" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "caller" TEXT NOT NULL,
    "session" TEXT,
    "address" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "queue" TEXT,
    "detail" JSONB,
    "status" INTEGER,

    CONSTRAINT "action_pkey" PRIMARY KEY ("id")
);
