import type { CarrierKind } from '../../helpers/platform.js';
import { fanoutTask, sequentialTask, stepTask } from './bench-tasks.js';
import { measureCost } from './cost.js';
import { gapsOf, median, mediansByHundred, quantile } from './figures.js';
import type { Found } from './noop.js';
import type { Build } from './options.js';
import { type Bench, type BenchPlatform, openBenchPlatform } from './platform.js';

/** A flow that runs alone: its own run and what was recorded of it. */
interface Flow {
  readonly id: string;
  /** Of its invocations, steps or children. */
  readonly count: number;
  /** From its first attempt's begin to its end. */
  readonly seconds: number;
  readonly output: unknown;
}

/** A gap this long is no work: something was lost and has been found again. */
const stallMs = 1_000;

/** Runs that invoke one no-op run after another: what each invocation adds. */
export async function measureSequential(
  bench: Bench,
  build: Build,
  carrier: CarrierKind,
  count: number,
): Promise<Found> {
  return await measureFlow(bench, build, carrier, { task: sequentialTask, count, warmUp: 5 }, readSequence);
}

async function readSequence({ database }: BenchPlatform, { id, seconds, count }: Flow): Promise<Found> {
  const rows = await database.query<{ at: number }>(
    'SELECT extract(epoch FROM started_at)::float8 * 1000 AS at FROM ops.run WHERE parent_id = $1',
    [id],
  );
  if (rows.length !== count) throw new Error(`expected ${count} invoked runs, ${rows.length} are recorded`);
  const gaps = gapsOf(rows.map(({ at }) => at));
  return {
    figures: {
      seconds,
      meanMs: (seconds * 1000) / count,
      medianMs: median(gaps),
      p95Ms: quantile(gaps, 0.95),
      stalls: gaps.filter((ms) => ms >= stallMs).length,
    },
    hundreds: mediansByHundred(gaps),
  };
}

/** A body that calls `context.step`: what each call takes, measured in the body. */
export async function measureStep(bench: Bench, build: Build, carrier: CarrierKind, count: number): Promise<Found> {
  return await measureFlow(bench, build, carrier, { task: stepTask, count, warmUp: 20 }, async (_platform, flow) => {
    const { ms, missing } = outputOfSteps(flow.output);
    if (missing) return { figures: {}, failure: 'skipped: this build has no context.step' };
    return {
      figures: { seconds: flow.seconds, medianMs: median(ms), p95Ms: quantile(ms, 0.95) },
      hundreds: mediansByHundred(ms),
    };
  });
}

/** One run with many children at once. */
export async function measureFanout(bench: Bench, build: Build, carrier: CarrierKind, count: number): Promise<Found> {
  return await measureFlow(bench, build, carrier, { task: fanoutTask, count, warmUp: 50 }, async (_platform, flow) => ({
    figures: { seconds: flow.seconds, rate: count / flow.seconds },
  }));
}

interface FlowOptions {
  readonly task: string;
  readonly count: number;
  /** The count of a flow of the same kind that runs before. */
  readonly warmUp: number;
}

async function measureFlow(
  bench: Bench,
  build: Build,
  carrier: CarrierKind,
  { task, count, warmUp }: FlowOptions,
  read: (platform: BenchPlatform, flow: Flow) => Promise<Found>,
): Promise<Found> {
  const platform = await openBenchPlatform(bench, build, carrier);
  try {
    await platform.start();
    await platform.record(task, { count: warmUp }, 1);
    await platform.ended();
    await platform.database.settle();
    const { result, figures, statements } = await measureCost(bench.server, platform, count, async () => {
      const [id = ''] = await platform.record(task, { count }, 1);
      await platform.ended();
      return id;
    });
    const [flow] = await platform.database.query<Omit<Flow, 'count'>>(
      `SELECT id, extract(epoch FROM ended_at - started_at)::float8 AS seconds, output FROM ops.run WHERE id = $1`,
      [result],
    );
    if (!flow) throw new Error('the flow is not recorded');
    const found = await read(platform, { ...flow, count });
    if (found.failure !== undefined) return found;
    return { ...found, figures: { ...figures, ...found.figures }, statements };
  } finally {
    await platform.close();
  }
}

function outputOfSteps(output: unknown): { readonly ms: readonly number[]; readonly missing: boolean } {
  if (typeof output !== 'object' || output === null || !('ms' in output) || !Array.isArray(output.ms)) {
    throw new Error(`expected the times of the steps, got ${JSON.stringify(output)}`);
  }
  return { ms: output.ms.map(Number), missing: 'missing' in output && output.missing === true };
}
