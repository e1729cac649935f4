import type { TaskRun } from 'millrace';
import { passGate } from '../gate.js';
import type { definition } from './definition.js';

export const run: TaskRun<typeof definition> = async (context, { n }) => {
  await passGate(context);
  return { n };
};
