import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import { readMigrations } from '#database/migrations/folder.js';
import { createEngineAdapters } from './engine-adapter.js';

type MigrationList = bindings.MigrationList;

/**
 * Prisma's schema engine, as WebAssembly, on a database server of ours: it needs neither a network nor a native
 * program. Used to write and to check migrations, not to apply them.
 */
export interface SchemaEngine {
  /** The SQL that leads from the folder's migrations to the schema; empty when they agree. */
  diffToSchema(folder: string, schemaPath: string): Promise<string>;
  /** What Prisma's CLI would find wrong with the database's history, compared with the folder; empty: nothing. */
  diagnose(folder: string): Promise<string[]>;
  close(): Promise<void>;
}

/** @param databaseUrl a database whose owner may create databases; shadow databases are made beside it */
export async function openSchemaEngine(databaseUrl: string): Promise<SchemaEngine> {
  await instantiate();
  const adapters = bindMigrationAwareSqlAdapterFactory(createEngineAdapters(databaseUrl));
  const engine = await bindings.SchemaEngine.new({ datamodels: undefined }, () => {}, adapters);
  const filters = { externalTables: [], externalEnums: [] };
  return {
    async diffToSchema(folder, schemaPath) {
      const schema = { path: schemaPath, content: await readFile(schemaPath, 'utf8') };
      const { stdout, exitCode } = await engine.diff({
        from: { tag: 'migrations', ...(await listForEngine(folder)) },
        to: { tag: 'schemaDatamodel', files: [schema] },
        script: true,
        exitCode: true,
        filters,
      });
      return exitCode === 0 ? '' : (stdout ?? '');
    },
    async diagnose(folder) {
      const found = await engine.diagnoseMigrationHistory({
        migrationsList: await listForEngine(folder),
        optInToShadowDatabase: false,
        filters,
      });
      return [
        ...found.editedMigrationNames.map((name) => `edited: ${name}`),
        ...found.failedMigrationNames.map((name) => `failed: ${name}`),
        ...(found.history ? [JSON.stringify(found.history)] : []),
      ];
    },
    async close() {
      engine.free();
    },
  };
}

/** The part of the global that is used here; Node's own types leave it to the browser's library. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, Record<string, unknown>>,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

let instantiated: Promise<void> | undefined;

/** Loads the module once per process; its package expects a bundler to do that. */
function instantiate(): Promise<void> {
  instantiated ??= (async () => {
    const script = import.meta.resolve('@prisma/schema-engine-wasm/schema_engine_bg');
    const bytes = await readFile(fileURLToPath(new URL('./schema_engine_bg.wasm', script)));
    const imports = Object.fromEntries(Object.entries(bindings).filter(([name]) => name.startsWith('__')));
    // Where the engine leaves its last words when it panics, before it traps.
    const lastWords = { set_message: (text: string) => void process.stderr.write(`${text}\n`) };
    Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: lastWords });
    const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': { ...imports } });
    bindings.__wbg_set_wasm(instance.exports);
    const start = instance.exports['__wbindgen_start'];
    if (typeof start === 'function') start();
  })();
  return instantiated;
}

async function listForEngine(folder: string): Promise<MigrationList> {
  const migrations = await readMigrations(folder);
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: await readFile(join(folder, 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  };
}
