-- dwh.data_sample is declared by its task now (packages/tasks/load-data-sample/definition.ts) and made from that, like
-- every declared dataset: packages/database/datasets/tables.ts. Loads make its partitions themselves.
DROP FUNCTION "dwh"."ensure_data_sample_day"(date);
DROP FUNCTION "dwh"."summarize_data_sample_day"(date);

-- A table with rows stays as it is: it is what the declaration asks for, and keeps its partitions.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM "dwh"."data_sample") THEN
    DROP TABLE "dwh"."data_sample";
  END IF;
END
$$;
