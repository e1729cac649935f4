import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';

const root = new URL('../../../../', import.meta.url);

/** A row as Prisma wants it. */
export interface PrismaRow {
  readonly department_name: string;
  readonly sensor_serial: string;
  readonly create_at: Date;
  readonly product_name: string;
  readonly product_expire: Date;
  readonly file_id: bigint;
  readonly ordinal: number;
}

/** The one thing that the bench does with Prisma. */
export interface PrismaSample {
  createMany(batch: { readonly data: readonly PrismaRow[] }): Promise<unknown>;
  disconnect(): Promise<void>;
}

/**
 * Opens the client that {@link generatePrismaSample} made. The compiler does not see it, hence no types from there.
 */
export async function openPrismaSample(databaseUrl: string): Promise<PrismaSample> {
  const path = new URL('node_modules/.cache/millrace-bench/client/index.js', root).href;
  const generated: unknown = await import(path);
  if (!isGenerated(generated)) throw new Error(`${path}: expected a class PrismaClient, found none`);
  const client = new generated.PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl }) });
  return {
    createMany: (batch) => client.dataSample.createMany(batch),
    disconnect: () => client.$disconnect(),
  };
}

/** What the schema makes Prisma generate, as far as it is used. */
interface Generated {
  readonly PrismaClient: new (options: {
    readonly adapter: PrismaPg;
  }) => {
    readonly dataSample: Pick<PrismaSample, 'createMany'>;
    $disconnect(): Promise<void>;
  };
}

function isGenerated(module: unknown): module is Generated {
  return (
    typeof module === 'object' &&
    module !== null &&
    'PrismaClient' in module &&
    typeof module.PrismaClient === 'function'
  );
}

/** Generates a client for the data sample's table, from the schema beside this file, into node_modules/.cache. */
export async function generatePrismaSample(): Promise<void> {
  const prisma = createRequire(new URL('package.json', root)).resolve('prisma/build/index.js');
  const schema = fileURLToPath(new URL('test/bench/load/schema.prisma', root));
  const child = spawn(process.execPath, [prisma, 'generate', '--schema', schema], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 'ignore', 'pipe'],
    // Generating asks for a schema engine, does not use it, and would download one; any program satisfies it.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new Error(`prisma generate ended with ${String(code)}: ${said}`);
}
