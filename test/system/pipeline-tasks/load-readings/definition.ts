import { defineDatasetTask } from 'millrace';

export const definition = defineDatasetTask({
  name: 'load-readings',
  description: 'The data sample in small batches.',
  source: {
    name: 'readings',
    description: 'readings/*.parquet',
    matches: (path) => /^readings\/[^/]*\.parquet$/.test(path),
    batch: { files: 3, bytes: 2 ** 20 },
  },
  format: 'parquet',
  dataset: {
    table: 'dwh.readings',
    description: 'One row per reading.',
    columns: [
      { name: 'department_name', type: 'text', maxLength: 32 },
      { name: 'sensor_serial', type: 'text', maxLength: 64 },
      { name: 'create_at', type: 'timestamp', required: true },
      { name: 'product_name', type: 'text', maxLength: 16 },
      { name: 'product_expire', type: 'timestamp' },
    ],
    partition: { column: 'create_at', every: 'day' },
    replace: 'file',
  },
});
