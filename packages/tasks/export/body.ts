import { join } from 'node:path';
import { readableDatasets } from '#catalogue/catalogue.js';
import { BadInputError } from '#contracts/errors.js';
import { type LakeTable, recordTable, typedTable } from '#database/lake/lake-table.js';
import { listDays } from '#database/lake/partition-rows.js';
import { inRunSession } from '#database/lake/partition-session.js';
import { layers as allLayers, type Layer, listPartitionDays } from '#exports/lake-folder.js';
import type { TaskContext, TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';
import { type WrittenPartition, writePartition } from './write-partition.js';

const tables = { ods: recordTable, dwd: typedTable } as const;

/** A partition to write. */
interface Wanted {
  readonly layer: Layer;
  readonly table: LakeTable;
  readonly day: string;
}

export const run: TaskRun<typeof definition> = async (context, { dataset, layers, from, to }) => {
  const readable = readableDatasets(context.catalogue).get(dataset);
  if (!readable) throw new BadInputError('no-dataset', `expected a dataset, got ${dataset}, which is none any more`);
  const chosen = allLayers.filter((layer) => layers === undefined || layers.includes(layer));
  const wanted: Wanted[] = [];
  for (const layer of chosen) {
    const table = tables[layer](readable);
    for (const day of await daysOf(context, layer, table, { from, to })) wanted.push({ layer, table, day });
  }
  const written: (WrittenPartition & { layer: Layer })[] = [];
  for (const [done, each] of wanted.entries()) {
    context.progress(done, wanted.length);
    context.signal.throwIfAborted();
    const { layer, day } = each;
    written.push({ layer, ...(await context.step(`${layer}/${day}`, () => writePartition(context, each))) });
  }
  context.progress(wanted.length, wanted.length);
  return { dataset, layers: chosen.map((layer) => summaryOf(layer, written)) };
};

/** The days to write: those that have rows, and those that the lake has, which may have none any more. */
function daysOf(
  { step, services, fence, signal }: TaskContext,
  layer: Layer,
  table: LakeTable,
  range: { from?: string | undefined; to?: string | undefined },
): Promise<string[]> {
  return step(`${layer}/days`, async () => {
    const found = await inRunSession(services.pool, { fence, signal }, (session) => listDays(session, table, range));
    const [first, last] = [range.from, range.to].map((day) => day?.replaceAll('-', ''));
    const old = await listPartitionDays(join(services.lakeDir, layer, table.dataset));
    const inRange = old.filter((day) => (first === undefined || day >= first) && (last === undefined || day <= last));
    return [...new Set([...found, ...inRange])].sort();
  });
}

function summaryOf(layer: Layer, written: readonly (WrittenPartition & { layer: Layer })[]) {
  const own = written.filter((each) => each.layer === layer);
  const sum = (field: 'rows' | 'bytes'): number => own.reduce((all, each) => all + each[field], 0);
  const kept = own.filter(({ rows }) => rows > 0).length;
  return { layer, partitions: kept, removed: own.length - kept, rows: sum('rows'), bytes: sum('bytes') };
}
