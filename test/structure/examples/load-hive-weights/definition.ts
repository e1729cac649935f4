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
});
