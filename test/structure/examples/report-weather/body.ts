import type { TaskRun } from 'millrace';
import type { definition } from './definition.js';

export const run: TaskRun<typeof definition> = async (context, { station }) => {
  // What is reported is what was before the slot, whenever the run comes to it. A run by hand has no slot.
  const before = context.schedule?.slotAt ?? (await context.step('now', () => new Date().toISOString()));
  return { station, before };
};
