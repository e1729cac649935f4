/**
 * Loads the rows of data-sample files into an empty, migrated database, through the client that `load/prisma-client.ts` generates, with Prisma's `createMany`, 1,000 rows at a time:
 *
 *   node dist/test/bench/prisma-create-many.js <database address> <files>
 *
 * Prints `{"rows":…,"seconds":…}`. Only the time spent in `createMany` counts, not that of making the rows. A process of
 * its own, so that its memory and CPU are Prisma's; part of load-data-sample.ts.
 */
import { sampleMinute } from '#samples/data-sample-oracles.js';
import { sampleRows } from '#samples/data-sample-rows.js';
import { benchSeed } from './load/files.js';
import { openPrismaSample, type PrismaRow } from './load/prisma-client.js';

const batchRows = 1000;
const millisPerDay = 86_400_000;

const [databaseUrl = '', files = ''] = process.argv.slice(2);
const prisma = await openPrismaSample(databaseUrl);
let rows = 0;
let milliseconds = 0;
let batch: PrismaRow[] = [];

async function send(): Promise<void> {
  const begin = performance.now();
  await prisma.createMany({ data: batch });
  milliseconds += performance.now() - begin;
  rows += batch.length;
  batch = [];
}

for (let index = 0; index < Number(files); index++) {
  const minute = sampleMinute(index);
  const { names, sensors, products, expiryDays } = sampleRows({ minute, seed: benchSeed });
  for (const [ordinal, sensor] of sensors.entries()) {
    batch.push({
      department_name: names.departments[names.departmentOfSensor[sensor] ?? 0] ?? '',
      sensor_serial: names.sensors[sensor] ?? '',
      create_at: minute,
      product_name: names.products[products[ordinal] ?? 0] ?? '',
      product_expire: new Date(minute.getTime() + (expiryDays[ordinal] ?? 0) * millisPerDay),
      file_id: BigInt(index + 1),
      ordinal,
    });
    if (batch.length === batchRows) await send();
  }
}
if (batch.length > 0) await send();
await prisma.disconnect();
process.stdout.write(`${JSON.stringify({ rows, seconds: milliseconds / 1000 })}\n`);
