-- AlterTable
ALTER TABLE "ops"."session" ADD COLUMN     "user_name" TEXT;
