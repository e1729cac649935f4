import type { TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';

export const run: TaskRun<typeof definition> = async ({ log }, { numbers }) => {
  let sum = 0;
  let least = Infinity;
  let largest = -Infinity;
  for (const number of numbers) {
    sum += number;
    least = Math.min(least, number);
    largest = Math.max(largest, number);
  }
  log.info(`${numbers.length} numbers add up to ${sum}`);
  return { count: numbers.length, sum, least, largest };
};
