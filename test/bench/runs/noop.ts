import type { CarrierKind } from '../../helpers/platform.js';
import { noopTask } from './bench-tasks.js';
import { measureCost } from './cost.js';
import type { Measurement } from './figures.js';
import type { Build } from './options.js';
import { type Bench, openBenchPlatform } from './platform.js';

/** What a measurement gives besides its subject. */
export type Found = Omit<Measurement, 'section' | 'who' | 'carrier' | 'units' | 'round'>;

/** Throughput of recorded no-op runs, all there before a worker takes the first. */
export async function measureNoop(bench: Bench, build: Build, carrier: CarrierKind): Promise<Found> {
  const runs = bench.options.runs.millrace;
  const platform = await openBenchPlatform(bench, build, carrier);
  try {
    await platform.hold(true);
    await platform.record(noopTask, {}, runs);
    await platform.start();
    await platform.database.settle();
    const { figures, statements } = await measureCost(bench.server, platform, runs, async () => {
      await platform.hold(false);
      await platform.ended();
    });
    const [found] = await platform.database.query<{ seconds: number; ended: number }>(
      `SELECT extract(epoch FROM max(ended_at) - min(started_at))::float8 AS seconds,
         count(*) FILTER (WHERE state = 'succeeded')::int AS ended FROM ops.run`,
    );
    if (found?.ended !== runs) throw new Error(`${found?.ended} of ${runs} runs succeeded`);
    return { figures: { seconds: found.seconds, rate: runs / found.seconds, ...figures }, statements };
  } finally {
    await platform.close();
  }
}
