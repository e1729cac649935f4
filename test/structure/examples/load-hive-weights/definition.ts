import { defineFileTask, manySmallFiles } from 'millrace';

export const definition = defineFileTask({
  name: 'load-hive-weights',
  description: 'Loads the weights of beehives from JSON into fleet.hive_weight.',
  source: {
    name: 'hive-weights',
    description: 'hive_weights*.json',
    matches: (path) => /(^|\/)hive_weights[^/]*\.json$/.test(path),
    batch: manySmallFiles,
  },
  // What people read at /api/datasets/hive-weights; the table's indexes, too, if it has any.
  dataset: {
    table: 'fleet.hive_weight',
    description: 'One row per weighing.',
    columns: [
      { name: 'hive', type: 'text', required: true },
      { name: 'weighed_at', type: 'timestamptz', required: true },
      { name: 'grams', type: 'integer', required: true },
    ],
  },
});
