import type { DatasetDefinition } from '#contracts/dataset.js';
import { CopyBinaryWriter } from '#database/copy/binary.js';
import { datasetColumns } from '#database/datasets/columns.js';
import { DaySpans } from '#database/datasets/day-spans.js';
import type { TimeSpan } from '#database/datasets/partitions.js';
import { orReject, readObject } from '#events/fields.js';
import type { OpenFile } from '#inbox/open-file.js';
import type { CopyLoad, CopyLoader } from './copy-loader.js';
import { jsonColumn } from './json-columns.js';
import { type EventTable, writeEventRows } from './load-events.js';

/**
 * How files of events become rows of a declared table, one row each. An event that does not fit is a reject, and the
 * others load (`loadEventFiles` says what else holds).
 */
export function jsonLoader(dataset: DatasetDefinition): CopyLoader {
  const { table, partition, replace } = dataset;
  return {
    target: { table, columns: datasetColumns(dataset) },
    replace,
    ...(partition && { partitionsEvery: partition.every }),
    open: (file, signal) =>
      Promise.resolve({
        ...(partition && { spans: () => spansOf(dataset, file, signal) }),
        writeRows: (copy) => writeRows(dataset, copy, file, signal),
      }),
  };
}

async function* writeRows(
  dataset: DatasetDefinition,
  copy: CopyBinaryWriter,
  file: OpenFile,
  signal: AbortSignal,
): AsyncGenerator<void, CopyLoad, undefined> {
  const days = dataset.partition && new DaySpans(dataset.partition.column);
  const load = yield* writeEventRows(copy, file, eventTable(dataset, days), signal);
  return { ...load, ...(days && { spans: days.toSpans() }) };
}

/** JSON says nothing of its times before it is read: what is written on the way is thrown away. */
async function spansOf(dataset: DatasetDefinition, file: OpenFile, signal: AbortSignal): Promise<readonly TimeSpan[]> {
  const copy = new CopyBinaryWriter();
  const rows = writeRows(dataset, copy, file, signal);
  for (;;) {
    const step = await rows.next();
    if (step.done === true) return step.value.spans ?? [];
    copy.takeFilled();
  }
}

/** For one file: it holds the row that was parsed last. */
function eventTable(dataset: DatasetDefinition, days: DaySpans | undefined): EventTable<void> {
  const columns = dataset.columns.map(jsonColumn);
  const timesAt = dataset.columns.findIndex(({ name }) => name === dataset.partition?.column);
  const parsed = { rows: [undefined] };
  let time: bigint | undefined;
  return {
    shape: {
      wrapperKey: dataset.wrapperKey ?? [],
      eventKeys: dataset.columns.map(({ name, from = name }) => from),
    },
    table: dataset.table,
    columns: datasetColumns(dataset),
    parse: (value) =>
      orReject(() => {
        const event = readObject(value, 'the event');
        for (const [at, column] of columns.entries()) {
          const micros = column.read(event);
          if (at === timesAt) time = micros;
        }
        return parsed;
      }),
    write(copy, _row, fileId, ordinal) {
      if (time !== undefined) days?.add(time);
      copy.row(columns.length + 2);
      for (const column of columns) column.write(copy);
      copy.int8(fileId);
      copy.int4(ordinal);
    },
  };
}
