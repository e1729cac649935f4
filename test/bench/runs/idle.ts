import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CarrierKind } from '../../helpers/platform.js';
import { prepareProduct } from '../load/product.js';
import { ProcessMeter } from '../process-figures.js';
import { folderOf } from './build.js';
import { openCounters } from './counters.js';
import { openBenchDatabase } from './database.js';
import type { Found } from './noop.js';
import type { Build } from './options.js';
import type { Bench } from './platform.js';

/** After the start, until connections are warm and what the start did is reported. */
const calmMs = 15_000;

/** What the whole product, as `npm start` runs it, does while nothing is to be done: per minute. */
export async function measureIdle(bench: Bench, build: Build, carrier: CarrierKind): Promise<Found> {
  const { server, workDir, options } = bench;
  const database = await openBenchDatabase(server);
  try {
    const product = await prepareProduct(join(workDir, 'idle'), server, database.url, {
      carrier,
      workers: undefined,
      env: options.env,
      checkout: folderOf(build),
    });
    try {
      await product.start();
      await pause(calmMs);
      const counters = await openCounters(server, database, product.redis);
      const meter = new ProcessMeter((reading) => product.roleOf(reading));
      const begin = performance.now();
      await pause(options.idleSeconds * 1000);
      const minutes = (performance.now() - begin) / 60_000;
      const counts = await counters.read();
      const { roles } = meter.stop();
      const share = (isMeant: (role: string) => boolean): number =>
        roles.filter(({ role }) => isMeant(role)).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / minutes / 0.6;
      const isServer = (role: string): boolean => role === 'redis' || role.startsWith('postgres');
      return {
        figures: {
          seconds: minutes * 60,
          statements: counts.statements / minutes,
          commits: counts.commits / minutes,
          walKb: counts.walBytes / 1000 / minutes,
          redisCommands: counts.redisCommands / minutes,
          redisReads: counts.redisReads / minutes,
          ownCpuShare: share((role) => !isServer(role)),
          serverCpuShare: share(isServer),
        },
        statements: await counters.statements(),
      };
    } finally {
      await product.stop();
    }
  } finally {
    await database.drop();
  }
}
