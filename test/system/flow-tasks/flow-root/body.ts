import type { TaskRun } from 'millrace';
import { definition as middle } from '../flow-middle/definition.js';
import type { definition } from './definition.js';

export const run: TaskRun<typeof definition> = async (context, { middles, ...ofEach }) => {
  const inputs = Array.from({ length: middles }, (_, index) => ({ ...ofEach, firstLeaf: index * ofEach.leaves }));
  const outputs = await context.invokeAll('middles', middle, inputs);
  return { sum: outputs.reduce((sum, each) => sum + each.sum, 0) };
};
