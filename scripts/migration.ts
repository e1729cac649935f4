// npm run migration:check — exit 1 with the SQL when prisma/schema.prisma and prisma/migrations do not agree.
// npm run migration:new <name> — writes that SQL as a new migration.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '#contracts/errors.js';
import { migrationsFolder } from '#database/migrations/folder.js';
import { startEmbeddedPostgres } from '#embedded-postgres/start.js';
import { openSchemaEngine } from './migrations/engine.js';

const schemaPath = fileURLToPath(new URL('../../prisma/schema.prisma', import.meta.url));

/** The SQL that is missing in the migrations, found on a server that lives only as long as this. */
async function findDifference(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-migration-'));
  // As root the server runs as another user, who passes through here.
  await chmod(dataDir, 0o711);
  const server = await startEmbeddedPostgres({ dataDir, log: () => {}, settings: { fsync: 'off' } });
  try {
    const engine = await openSchemaEngine(server.superuserUrl);
    try {
      return await engine.diffToSchema(migrationsFolder, schemaPath);
    } finally {
      await engine.close();
    }
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function check(): Promise<number> {
  const sql = await findDifference();
  if (sql === '') {
    console.log('prisma/schema.prisma and prisma/migrations agree');
    return 0;
  }
  console.error(
    `prisma/migrations lack this to agree with prisma/schema.prisma (npm run migration:new <name>):\n\n${sql}`,
  );
  return 1;
}

async function create(name: string): Promise<number> {
  const sql = await findDifference();
  if (sql === '') console.log('no difference: the new migration is empty, fill it with what Prisma cannot say');
  const timestamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(migrationsFolder, `${timestamp}_${name}`);
  await mkdir(folder);
  await writeFile(join(folder, 'migration.sql'), sql);
  console.log(`wrote ${join(folder, 'migration.sql')}: read it, and add what Prisma cannot say`);
  return 0;
}

const [command, name] = process.argv.slice(2);
try {
  if (command === 'check') {
    process.exitCode = await check();
  } else if (command === 'new' && name !== undefined && /^[a-z][a-z0-9_]*$/.test(name)) {
    process.exitCode = await create(name);
  } else {
    console.error('usage: npm run migration:check, or npm run migration:new <name> with a name like add_file_index');
    process.exitCode = 2;
  }
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
