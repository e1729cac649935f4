import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { sampleOracles } from '#samples/data-sample-oracles.js';
import { ProcessMeter, postgresRole } from '../process-figures.js';
import { generatePrismaSample } from './prisma-client.js';
import type { WayResult } from './report.js';
import { type BenchServer, dropDatabase, freshDatabase, onDatabase } from './server.js';
import { providePartitions } from './table.js';

const database = 'millrace_bench_prisma';
const answer = Type.Object({ rows: Type.Integer(), seconds: Type.Number() });

/** Way c, for comparison: Prisma's `createMany` in batches of 1,000 rows, into the same table. */
export async function loadWithPrisma(server: BenchServer, files: number): Promise<WayResult> {
  const url = await freshDatabase(server, database, true);
  await onDatabase(url, (client) => providePartitions(client, sampleOracles(files).rowsPerDay.keys()));
  await generatePrismaSample();
  const script = fileURLToPath(new URL('../prisma-create-many.js', import.meta.url));
  const child = spawn(process.execPath, [script, url, String(files)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const meter = new ProcessMeter((process) => {
    if (process.pid === child.pid) return 'prisma';
    return server.postmaster === undefined ? undefined : postgresRole(server.postmaster, process);
  });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const figures = meter.stop();
  const result: unknown = code === 0 ? JSON.parse(said) : undefined;
  if (!Value.Check(answer, result)) throw new Error(`Prisma's way ended with ${String(code)}; see above`);
  await dropDatabase(server, database);
  const notes = ['the process figures include its start and the making of the rows'];
  return { way: 'c', what: 'Prisma createMany', files, ...result, figures, notes };
}
