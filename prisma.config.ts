import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'prisma/config';

// For Prisma's own tools (studio, migrate status): the database of DATABASE_URL, else the embedded one while it runs.
const embeddedUrl = '.millrace/postgres/url';
const url =
  process.env['DATABASE_URL'] ?? (existsSync(embeddedUrl) ? readFileSync(embeddedUrl, 'utf8').trim() : undefined);

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(url ? { datasource: { url } } : {}),
});
