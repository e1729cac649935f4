import { BadInputError } from '#contracts/errors.js';
import type { TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';

const rangeCount = 10;

export const run: TaskRun<typeof definition> = async ({ log }, { numbers, least, largest }) => {
  if (!(least < largest)) {
    throw new BadInputError('empty-range', `expected least below largest, got ${least} and ${largest}`);
  }
  const width = (largest - least) / rangeCount;
  const ranges = Array.from({ length: rangeCount }, (_, n) => ({
    from: least + n * width,
    to: n === rangeCount - 1 ? largest : least + (n + 1) * width,
    count: 0,
  }));
  for (const number of numbers) {
    const range = ranges[Math.min(Math.floor((number - least) / width), rangeCount - 1)];
    if (!range || number < least || number > largest) {
      throw new BadInputError('outside', `expected numbers from ${least} to ${largest}, got ${number}`);
    }
    range.count += 1;
  }
  let before = 0;
  const middle = ranges.find(({ count }) => {
    before += count;
    return before * 2 >= numbers.length;
  });
  log.info(`${numbers.length} numbers sorted into ${rangeCount} ranges`);
  return { ranges, median: middle ? (middle.from + middle.to) / 2 : least };
};
