-- Makes or updates the roles of docs/roles.md, as a superuser. Made by: millrace roles --print
\set ON_ERROR_STOP on
BEGIN;
SELECT set_config(name, value, true) FROM (VALUES ('log_statement', 'none'),
  ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'), ('log_transaction_sample_rate', '0'),
  ('log_min_error_statement', 'panic')) AS quiet (name, value)
WHERE EXISTS (SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper);
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'millrace_loader') THEN
    CREATE ROLE millrace_loader NOLOGIN;
    COMMENT ON ROLE millrace_loader IS 'Reads and writes rows of datasets; makes no tables. Made by Millrace.';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'millrace_dwh') THEN
    CREATE ROLE millrace_dwh NOLOGIN;
    COMMENT ON ROLE millrace_dwh IS 'Has all rights on rows of the schema dwh and makes tables of its own there; nothing elsewhere. Made by Millrace.';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'millrace_orchestrator') THEN
    CREATE ROLE millrace_orchestrator NOLOGIN;
    COMMENT ON ROLE millrace_orchestrator IS 'Reads and writes the record of runs and files (schema ops); no datasets. Made by Millrace.';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'millrace_reader') THEN
    CREATE ROLE millrace_reader NOLOGIN;
    COMMENT ON ROLE millrace_reader IS 'Reads datasets, views and telemetry, for BI tools; writes nothing. Made by Millrace.';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'millrace_reader' AND array_to_string(rolconfig, ' ') LIKE '%default_transaction_read_only=%') THEN
    ALTER ROLE millrace_reader SET default_transaction_read_only = 'on';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'millrace_reader' AND array_to_string(rolconfig, ' ') LIKE '%statement_timeout=%') THEN
    ALTER ROLE millrace_reader SET statement_timeout = '5min';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'millrace_reader' AND array_to_string(rolconfig, ' ') LIKE '%idle_in_transaction_session_timeout=%') THEN
    ALTER ROLE millrace_reader SET idle_in_transaction_session_timeout = '10min';
  END IF;
  IF NOT pg_has_role('millrace', 'millrace_dwh', 'MEMBER') THEN
    GRANT millrace_dwh TO "millrace";
  END IF;
END
$$;
-- Passwords come from psql's environment; a role without one cannot log in.
\set loader_password ''
\getenv loader_password LOADER_PASSWORD
SELECT :'loader_password' <> '' AS given \gset
\if :given
ALTER ROLE millrace_loader LOGIN PASSWORD :'loader_password';
\else
ALTER ROLE millrace_loader NOLOGIN PASSWORD NULL;
\endif
\set dwh_password ''
\getenv dwh_password DWH_PASSWORD
SELECT :'dwh_password' <> '' AS given \gset
\if :given
ALTER ROLE millrace_dwh LOGIN PASSWORD :'dwh_password';
\else
ALTER ROLE millrace_dwh NOLOGIN PASSWORD NULL;
\endif
\set orchestrator_password ''
\getenv orchestrator_password ORCHESTRATOR_PASSWORD
SELECT :'orchestrator_password' <> '' AS given \gset
\if :given
ALTER ROLE millrace_orchestrator LOGIN PASSWORD :'orchestrator_password';
\else
ALTER ROLE millrace_orchestrator NOLOGIN PASSWORD NULL;
\endif
\set reader_password ''
\getenv reader_password READER_PASSWORD
SELECT :'reader_password' <> '' AS given \gset
\if :given
ALTER ROLE millrace_reader LOGIN PASSWORD :'reader_password';
\else
ALTER ROLE millrace_reader NOLOGIN PASSWORD NULL;
\endif
-- Roles of yours connect when they are given it: GRANT CONNECT ON DATABASE … TO …
REVOKE CONNECT, TEMPORARY ON DATABASE "millrace" FROM PUBLIC;
COMMIT;
-- The rights within the database are given by its owner: millrace migrate.
