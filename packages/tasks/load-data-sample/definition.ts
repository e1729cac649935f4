import { defineDatasetTask, manySmallFiles } from '#contracts/file-task.js';

export const definition = defineDatasetTask({
  name: 'load-data-sample',
  description: 'Loads sensor rows from parquet into dwh.data_sample, partitioned by day of create_at.',
  source: {
    name: 'data-sample',
    description: '*.parquet with the columns department_name, sensor_serial, create_at, product_name, product_expire',
    matches: (path) => /\.parquet$/i.test(path),
    fallback: true,
    batch: manySmallFiles,
  },
  format: 'parquet',
  dataset: {
    table: 'dwh.data_sample',
    description: 'One row per sensor reading. No key: the data has none, and exact duplicates are real rows.',
    columns: [
      {
        name: 'department_name',
        type: 'text',
        maxLength: 32,
        description: 'The department that the sensor belongs to; 32 letters a to z',
        example: 'xtvbqdkpfhsmwzrjyolcgnaieuxtvbqd',
      },
      {
        name: 'sensor_serial',
        type: 'text',
        maxLength: 64,
        description: 'Serial number of the sensor; 64 letters a to z',
        example: 'qwertyuiopasdfghjklzxcvbnmqwertyuiopasdfghjklzxcvbnmqwertyuiopas',
      },
      {
        name: 'create_at',
        type: 'timestamp',
        required: true,
        description: 'When it was read, as in the file: one minute per file, without a zone',
        example: '2023-01-01 00:00:00',
      },
      {
        name: 'product_name',
        type: 'text',
        maxLength: 16,
        description: 'The product that was read; 16 letters a to z',
        example: 'mnbvcxzlkjhgfdsa',
      },
      {
        name: 'product_expire',
        type: 'timestamp',
        description: 'When the product expires, as in the file, without a zone; 87 to 89 days after it was read',
        example: '2023-03-29 00:00:00',
      },
    ],
    partition: { column: 'create_at', every: 'day' },
    replace: 'file',
    route: '/api/data-sample',
    view: 'data_sample',
    summary: {
      distinct: ['department_name', 'sensor_serial', 'product_name'],
      differences: [{ from: 'create_at', to: 'product_expire', unit: 'day' }],
    },
    star: {
      fact: 'dwh.data_sample_fact',
      view: 'dwh.data_sample_star',
      dimensions: [
        { table: 'dwh.department', column: 'department_name' },
        { table: 'dwh.sensor', column: 'sensor_serial', belongsTo: 'dwh.department' },
        { table: 'dwh.product', column: 'product_name' },
      ],
    },
  },
  followedBy: 'refresh-star',
});
