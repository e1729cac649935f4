import type { TaskRun } from '#runs/context.js';
import { definition as task2 } from '../task2/definition.js';
import { definition as task3 } from '../task3/definition.js';
import type { definition } from './definition.js';

const usualPart = 1_000;
const usuallyWide = 100;

export const run: TaskRun<typeof definition> = async (context, input) => {
  const { numbers, partSize = usualPart, wideFrom = usuallyWide } = input;

  // A group: one run per part, in parallel. This body waits for all of them and holds no worker meanwhile.
  const parts = await context.invokeAll(
    'part',
    task2,
    partsOf(numbers, partSize).map((part) => ({ numbers: part })),
  );
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const sum = parts.reduce((total, part) => total + part.sum, 0);
  const least = parts.reduce((min, part) => Math.min(min, part.least), Infinity);
  const largest = parts.reduce((max, part) => Math.max(max, part.largest), -Infinity);
  const described = { count, sum, mean: sum / count, least, largest };

  // A branch on an output: plain TypeScript.
  if (largest - least < wideFrom) {
    context.log.info(`the numbers lie within ${largest - least}: task3 is not needed`);
    return { ...described, branch: 'narrow' as const, median: null };
  }

  // A sequence: what comes after the group gets what the group found.
  const { median } = await context.invoke('ranges', task3, { numbers, least, largest });
  context.log.info(`${count} numbers described in ${parts.length} parts`);
  return { ...described, branch: 'wide' as const, median };
};

function partsOf(numbers: readonly number[], size: number): number[][] {
  const parts: number[][] = [];
  for (let at = 0; at < numbers.length; at += size) parts.push(numbers.slice(at, at + size));
  return parts;
}
