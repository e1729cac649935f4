import type { TaskRun } from 'millrace';
import { type EventTable, loadEventFiles, orReject, readCount, readObject, readText, readTime } from 'millrace/loading';
import type { definition } from './definition.js';

const weights: EventTable<{ hive: string; weighedAt: bigint; grams: number }> = {
  shape: { wrapperKey: 'hive_weights', eventKeys: ['hive', 'weighed_at', 'grams'] },
  table: 'fleet.hive_weight',
  columns: ['file_id', 'ordinal', 'hive', 'weighed_at', 'grams'],
  // An event that does not fit is recorded as a reject with the reason, and the others load.
  parse: (value) =>
    orReject(() => {
      const event = readObject(value, 'the event');
      const row = {
        hive: readText(event, 'hive', 64),
        weighedAt: readTime(event, 'weighed_at'),
        grams: readCount(event, 'grams'),
      };
      return { rows: [row] };
    }),
  write(copy, row, fileId, ordinal) {
    copy.row(5);
    copy.int8(fileId);
    copy.int4(ordinal);
    copy.text(row.hive);
    copy.timestamp(row.weighedAt);
    copy.int4(row.grams);
  },
};

export const run: TaskRun<typeof definition> = (context) => loadEventFiles(context, weights);
