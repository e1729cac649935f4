import { defineDatasetTask, manySmallFiles } from 'millrace';

export const definition = defineDatasetTask({
  name: 'load-weather',
  description: 'Loads what weather stations measured from parquet into dwh.weather.',
  source: {
    name: 'weather',
    description: 'weather_*.parquet',
    matches: (path) => /(^|\/)weather_[^/]*\.parquet$/.test(path),
    batch: manySmallFiles,
  },
  format: 'parquet',
  dataset: {
    table: 'dwh.weather',
    description: 'One row per measurement.',
    columns: [
      { name: 'station', type: 'text', maxLength: 16, required: true },
      { name: 'measured_at', type: 'timestamptz', required: true, from: 'time' },
      { name: 'celsius', type: 'double precision' },
    ],
    partition: { column: 'measured_at', every: 'month' },
    replace: 'file',
    indexes: [['station', 'measured_at']],
  },
});
