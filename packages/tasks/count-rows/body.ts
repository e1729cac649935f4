import { dayTaskOf } from '#catalogue/tasks-by-source.js';
import type { TableDefinition } from '#contracts/dataset.js';
import { isDatasetTask } from '#contracts/file-task.js';
import type { InputOf } from '#contracts/task.js';
import {
  countByDay,
  countDistinct,
  countMembers,
  type DayRange,
  type DayTable,
} from '#database/datasets/count-rows.js';
import { hasStar, type StarDataset } from '#database/datasets/star.js';
import type { TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';

const maxDays = 366;

export const run: TaskRun<typeof definition> = async (context, input) => {
  const { source = 'data-sample' } = input;
  const { task } = dayTaskOf(context.catalogue, source);
  const { dataset } = task;
  if (!isDayTable(dataset)) throw new Error(`${task.name}: expected a dataset that is partitioned by time`);
  const star = isDatasetTask(task) && hasStar(task.dataset) ? task.dataset : undefined;
  const range = rangeOf(input);
  // In the transaction of a commit a statement ends with the abort signal.
  const counted = await context.commit(async (tx) => {
    const days = await countByDay(tx, dataset, range);
    const rows = days.reduce((sum, day) => sum + day.rows, 0);
    const isWhole = range.from === undefined && range.to === undefined;
    const members = star && isWhole ? await countMembers(tx, star, source, rows) : undefined;
    const distinct = members ?? (await countDistinct(tx, dataset, columnsOf(star), range));
    return {
      rows,
      days: days.slice(0, maxDays),
      moreDays: Math.max(0, days.length - maxDays),
      distinct,
      by: { rows: 'table' as const, distinct: members ? ('star' as const) : ('table' as const) },
    };
  });
  context.log.info(`${dataset.table}: ${counted.rows} rows on ${counted.days.length + counted.moreDays} days`);
  return counted;
};

const isDayTable = (dataset: TableDefinition | undefined): dataset is DayTable => dataset?.partition !== undefined;

const columnsOf = (star: StarDataset | undefined): string[] => star?.star.dimensions.map(({ column }) => column) ?? [];

const rangeOf = ({ day, from, to }: InputOf<typeof definition>): DayRange =>
  day === undefined ? { from, to } : { from: day, to: day };
