import { FileTaskInput, FileTaskOutput } from '#contracts/file-task.js';
import { defineTask } from '#contracts/task.js';

export const definition = defineTask({
  name: 'load-data-sample',
  description: 'Loads sensor rows from parquet into dwh.data_sample, partitioned by day of create_at.',
  queue: 'loads',
  input: FileTaskInput,
  output: FileTaskOutput,
  retry: { attempts: 5, backoffMs: 2_000, maxBackoffMs: 60_000 },
  timeoutMs: 60 * 60_000,
  concurrency: 1,
  priority: 0,
  source: {
    name: 'data-sample',
    description: '*.parquet with the columns department_name, sensor_serial, create_at, product_name, product_expire',
    matches: (path) => /\.parquet$/i.test(path),
    batch: { files: 720, bytes: 512 * 2 ** 20 },
  },
});
