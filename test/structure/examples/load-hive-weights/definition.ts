import { FileTaskInput, FileTaskOutput } from '#contracts/file-task.js';
import { defineTask } from '#contracts/task.js';

export const definition = defineTask({
  name: 'load-hive-weights',
  description: 'Loads the weights of beehives from JSON into fleet.hive_weight.',
  queue: 'loads',
  input: FileTaskInput,
  output: FileTaskOutput,
  retry: { attempts: 5, backoffMs: 2_000, maxBackoffMs: 60_000 },
  timeoutMs: 10 * 60_000,
  concurrency: 1,
  priority: 0,
  source: {
    name: 'hive-weights',
    description: 'hive_weights*.json',
    matches: (path) => /(^|\/)hive_weights[^/]*\.json$/.test(path),
    batch: { files: 720, bytes: 512 * 2 ** 20 },
  },
});
