import { defineFileTask, manySmallFiles } from '#contracts/file-task.js';

export const definition = defineFileTask({
  name: 'load-data-sample',
  description: 'Loads sensor rows from parquet into dwh.data_sample, partitioned by day of create_at.',
  source: {
    name: 'data-sample',
    description: '*.parquet with the columns department_name, sensor_serial, create_at, product_name, product_expire',
    matches: (path) => /\.parquet$/i.test(path),
    batch: manySmallFiles,
  },
});
