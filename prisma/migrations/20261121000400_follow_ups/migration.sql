-- A run that was recorded by the commit of another one, to start after it.
ALTER TYPE "ops"."run_trigger" ADD VALUE 'follow';
