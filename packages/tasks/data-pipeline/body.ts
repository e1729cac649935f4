import type { FileTaskOutput } from '#contracts/file-task.js';
import type { OutputOf } from '#contracts/task.js';
import { countOlderVersions, removeDoubles, removeStrays } from '#database/datasets/reload-scope.js';
import type { RunError } from '#database/runs/attempt-types.js';
import type { TaskContext, TaskRun } from '#runs/context.js';
import type { InvokedOutcome } from '#runs/invocations.js';
import type { definition } from './definition.js';
import { planWave, type Wave } from './plan.js';
import { type PipelineTarget, targetOf, usualSource } from './target.js';

/** Batches under way at a time: those of new files have their turn in between. */
const atMost = 8;
const maxMissingPaths = 100;

type Output = OutputOf<typeof definition>;

/** What the waves so far have done. */
interface Totals extends Omit<Output, 'strays' | 'skipped'> {
  readonly doubled: readonly string[];
}

export const run: TaskRun<typeof definition> = async (context, { scope, source = usualSource }) => {
  const target = targetOf(context.catalogue, source, scope);
  const totals = await loadWaves(context, target);
  const { pool } = context.services;
  const skipped = await context.step('skipped', () => countOlderVersions(pool, target));
  const { doubled, ...counts } = totals;
  const output = await context.commit<Output>(
    async (tx) => {
      const strays = await removeStrays(tx, target);
      const doubles = await removeDoubles(tx, target.dataset.table, doubled.map(BigInt));
      return { ...counts, skipped, strays: strays + doubles };
    },
    { failure: failureOf },
  );
  context.log.info(
    `loaded ${output.loaded} of ${output.files} files, ${output.rows} rows, in ${output.batches} batches; ` +
      `${output.removedRows} rows of before and ${output.strays} stray rows taken away`,
  );
  return output;
};

/**
 * Loads the files of the scope once more, some thousand at a time: the record of a run holds them all, but as ids in
 * steps and in inputs, and none of them twice in memory.
 */
async function loadWaves(context: TaskContext, target: PipelineTarget): Promise<Totals> {
  const { services, signal } = context;
  const deps = { pool: services.pool, inboxDir: services.inboxDir, signal };
  let totals = nothing;
  let after: string | null = '';
  for (let n = 0; after !== null; n++) {
    const behind: string = after;
    const wave: Wave = await context.step(`wave/${n}`, async () => {
      const planned = await planWave(deps, target, behind);
      for (const path of planned.missing) context.log.warn(`${path} is not in the inbox; its rows stay as they are`);
      return planned;
    });
    const inputs = wave.batches.map((files) => ({ files: [...files] }));
    const outcomes =
      inputs.length === 0 ? [] : await context.invokeAll(`load/${n}`, target.task, inputs, { atMost, settled: true });
    totals = added(totals, wave, outcomes);
    context.progress(totals.loaded, totals.files);
    after = wave.next;
  }
  return totals;
}

const nothing: Totals = {
  ...{ files: 0, loaded: 0, rows: 0, removedRows: 0, missing: 0, missingPaths: [], changed: 0, duplicates: 0 },
  ...{ quarantined: 0, batches: 0, failedBatches: 0, doubled: [] },
};

function added(totals: Totals, wave: Wave, outcomes: readonly InvokedOutcome<FileTaskOutput>[]): Totals {
  const outputs = outcomes.flatMap((outcome) => (outcome.state === 'succeeded' ? [outcome.output] : []));
  const sum = (of: (output: FileTaskOutput) => number): number =>
    outputs.reduce((total, output) => total + of(output), 0);
  const given = wave.batches.reduce((total, files) => total + files.length, 0);
  // A run whose files are all quarantined has failed, and that is known of each of them.
  const refused = outcomes.flatMap((outcome, n) => (isRefused(outcome) ? [wave.batches[n]?.length ?? 0] : []));
  const failed = outcomes.length - outputs.length - refused.length;
  return {
    files: totals.files + given + wave.missing.length + wave.changed,
    loaded: totals.loaded + sum((each) => each.loaded),
    rows: totals.rows + sum((each) => each.rows),
    removedRows: totals.removedRows + sum((each) => each.removedRows ?? 0),
    missing: totals.missing + wave.missing.length,
    missingPaths: [...totals.missingPaths, ...wave.missing].slice(0, maxMissingPaths),
    changed: totals.changed + wave.changed + sum((each) => each.changed + (each.released ?? 0)),
    duplicates: totals.duplicates + sum((each) => each.duplicates),
    quarantined: totals.quarantined + sum((each) => each.quarantined) + refused.reduce((a, b) => a + b, 0),
    batches: totals.batches + outcomes.length,
    failedBatches: totals.failedBatches + failed,
    doubled: [...totals.doubled, ...wave.doubled],
  };
}

const isRefused = (outcome: InvokedOutcome<FileTaskOutput>): boolean =>
  outcome.state === 'failed' && outcome.error.run.error?.name === 'BadInputError';

function failureOf({ failedBatches, batches }: Output): RunError | undefined {
  if (failedBatches === 0) return undefined;
  return {
    name: 'Error',
    message:
      `${failedBatches} of ${batches} batches failed, each run says why; their files keep the rows of before. ` +
      'Run it once more when the cause is mended',
  };
}
