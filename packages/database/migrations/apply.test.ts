import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openSchemaEngine } from '../../../scripts/migrations/engine.js';
import { withEmptyDatabase, withTestDatabase } from '../../../test/helpers/database.js';
import { testServerUrl } from '../../../test/helpers/postgres.js';
import { applyMigrations, pendingMigrations } from './apply.js';
import { migrationsFolder } from './folder.js';

const schemaPath = join(migrationsFolder, '..', 'schema.prisma');

/** A folder with two small migrations, the second of which has a semicolon within a function. */
function sampleFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-migrations-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'migration_lock.toml'), 'provider = "postgresql"\n');
  addMigration(folder, '20260101000000_first', 'CREATE TABLE public.one (n int);');
  addMigration(
    folder,
    '20260102000000_second',
    'CREATE FUNCTION public.two() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 2; END $$; -- a; b\n' +
      'INSERT INTO public.one VALUES (public.two());',
  );
  return folder;
}

function addMigration(folder: string, name: string, sql: string): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, 'migration.sql'), sql);
}

test('all migrations are applied once, in order, and a second time there is nothing to do', async (t) => {
  const folder = sampleFolder(t);
  await withEmptyDatabase(async (url, pool) => {
    assert.deepEqual(await pendingMigrations(pool, folder), ['20260101000000_first', '20260102000000_second']);
    assert.deepEqual(await applyMigrations(url, folder), {
      applied: ['20260101000000_first', '20260102000000_second'],
    });
    assert.deepEqual(await applyMigrations(url, folder), { applied: [] });
    assert.deepEqual(await pendingMigrations(pool, folder), []);
    assert.deepEqual((await pool.query('SELECT n FROM one')).rows, [{ n: 2 }]);
  });
});

test('concurrent callers take turns and apply each migration once', async (t) => {
  const folder = sampleFolder(t);
  await withEmptyDatabase(async (url, pool) => {
    const results = await Promise.all([1, 2, 3, 4].map(() => applyMigrations(url, folder)));
    assert.deepEqual(results.flatMap(({ applied }) => applied).sort(), [
      '20260101000000_first',
      '20260102000000_second',
    ]);
    assert.deepEqual((await pool.query('SELECT n FROM one')).rows, [{ n: 2 }]);
  });
});

test('a migration that fails changes nothing, says where, and is applied once mended', async (t) => {
  const folder = sampleFolder(t);
  const file = join(folder, '20260102000000_second', 'migration.sql');
  const right = readFileSync(file);
  writeFileSync(file, 'CREATE TABLE public.half (n int);\nSELEC 1;');
  await withEmptyDatabase(async (url, pool) => {
    await assert.rejects(applyMigrations(url, folder), {
      name: 'SetupError',
      message: 'migration 20260102000000_second failed and changed nothing: syntax error at or near "SELEC" (line 2)',
    });
    assert.deepEqual((await pool.query("SELECT to_regclass('half') AS half")).rows, [{ half: null }]);
    writeFileSync(file, right);
    assert.deepEqual(await applyMigrations(url, folder), { applied: ['20260102000000_second'] });
  });
});

test('a history that does not fit the folder is refused', async (t) => {
  const folder = sampleFolder(t);
  await withEmptyDatabase(async (url, pool) => {
    await applyMigrations(url, folder);
    writeFileSync(join(folder, '20260101000000_first', 'migration.sql'), 'SELECT 1;');
    await assert.rejects(applyMigrations(url, folder), /20260101000000_first was changed after the database got it/);
    rmSync(join(folder, '20260101000000_first'), { recursive: true });
    await assert.rejects(applyMigrations(url, folder), /has the migration 20260101000000_first, which this version/);
    await pool.query('UPDATE _prisma_migrations SET finished_at = NULL');
    await assert.rejects(applyMigrations(url, folder), /npx prisma migrate resolve/);
  });
});

test("Prisma's own engine finds nothing to complain about in a database migrated by us", async () => {
  await withTestDatabase(async ({ url }) => {
    const engine = await openSchemaEngine(url);
    assert.deepEqual(await engine.diagnose(migrationsFolder), []);
    await engine.close();
  });
});

test('schema and migrations agree, and a difference would be seen', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-migrations-'));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(migrationsFolder, folder, { recursive: true });
  // It makes a database to compare with, which the role of the other tests may not.
  const engine = await openSchemaEngine(await testServerUrl());
  assert.equal(await engine.diffToSchema(folder, schemaPath), '', 'run: npm run migration:new');
  addMigration(folder, '29990101000000_more', 'CREATE TABLE ops.more (n int);');
  assert.match(await engine.diffToSchema(folder, schemaPath), /DROP TABLE "ops"."more"/);
  await engine.close();
});

test('a database that cannot be used is reported in one line without the password', async () => {
  await withTestDatabase(async ({ url }) => {
    const change = (edit: (address: URL) => void): string => {
      const address = new URL(url);
      edit(address);
      return address.href;
    };
    const cases: [string, RegExp][] = [
      [change((a) => (a.port = '1')), /^the database 127\.0\.0\.1:1\/test_\w+ does not answer \(connection refused\)/],
      [change((a) => (a.password = 'hunter2')), /refused the user or the password/],
      [change((a) => (a.pathname = '/absent')), /does not exist on that server: create it with CREATE DATABASE/],
      [change((a) => (a.hostname = 'absent.invalid')), /has a host name that is not known here/],
    ];
    for (const [address, expected] of cases) {
      await assert.rejects(applyMigrations(address), (error: Error) => {
        assert.equal(error.name, 'SetupError');
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /\n|hunter2/);
        assert.ok(!error.message.includes(new URL(url).password));
        return true;
      });
    }
  });
});
