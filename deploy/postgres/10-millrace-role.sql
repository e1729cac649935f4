-- Run once by the postgres image when it makes its cluster (docker-compose.yaml), as the superuser `postgres`.
-- Millrace gets a role that owns its database and may do nothing else; the superuser can no longer log in over the
-- network, only from within the container: docker compose exec postgres psql --username=postgres
\set ON_ERROR_STOP on
\getenv password POSTGRES_PASSWORD
CREATE ROLE millrace LOGIN PASSWORD :'password';
ALTER DATABASE millrace OWNER TO millrace;
ALTER ROLE postgres PASSWORD NULL;
