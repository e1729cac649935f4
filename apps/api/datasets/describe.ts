import { fieldOf, filterParametersOf } from '#contracts/dataset-parameters.js';
import { isDatasetTask, type ReadableDataset } from '#contracts/file-task.js';
import { type ListedColumn, listedColumnsOf } from '#contracts/listed-values.js';
import { hasSummary } from '#database/datasets/summary.js';
import type { DatasetFigures } from '#database/queries/dataset-figures.js';
import type { DatasetLoad } from '#database/queries/dataset-loads.js';
import { filterWords } from './filters.js';
import { sortNames } from './read-page.js';
import { type MeasuredStorage, starTablesOf } from './storage.js';

/** What the database says of datasets, by their names. */
export interface KnownOfDatasets {
  figures(name: string): DatasetFigures;
  loads(name: string): readonly DatasetLoad[];
  readonly storage: MeasuredStorage;
}

/** Where a dataset is read. */
export const datasetPath = (name: string): string => `/api/datasets/${name}`;

/** Where the rows of a dataset are listed; takes the parameter `fileId`. */
export const rowsPath = ({ name, dataset }: ReadableDataset): string => dataset.route ?? `${datasetPath(name)}/rows`;

/** The columns of a dataset whose distinct values can be listed. */
export const listedOf = ({ task, dataset }: ReadableDataset): ListedColumn[] =>
  listedColumnsOf(isDatasetTask(task) ? task.dataset : dataset);

const hasFigures = ({ task }: ReadableDataset): boolean => isDatasetTask(task) && hasSummary(task.dataset);

/** A dataset as lists show it. */
export function describeDataset(readable: ReadableDataset, known: KnownOfDatasets) {
  const { name, source, dataset, task } = readable;
  const storage = known.storage.of(name);
  const self = datasetPath(name);
  return {
    name,
    source: { name: source.name, description: source.description, task: task.name, format: task.format ?? null },
    table: dataset.table,
    description: dataset.description,
    columns: dataset.columns.map((column) => ({
      name: column.name,
      field: fieldOf(column.name),
      type: column.type,
      maxLength: column.maxLength ?? null,
      precision: column.precision ?? null,
      scale: column.precision === undefined ? null : (column.scale ?? 0),
      required: column.required === true,
      description: column.description ?? null,
      unit: column.unit ?? null,
      from: column.from ?? column.name,
      example: column.example ?? null,
    })),
    ...known.figures(name),
    size: storage === undefined ? null : { ...storage.size, measuredAt: known.storage.at },
    lastLoads: [...known.loads(name)],
    lineage: lineageOf(readable, storage?.views ?? []),
    links: {
      self,
      rows: `${self}/rows`,
      csv: `${self}/rows.csv`,
      xlsx: `${self}/rows.xlsx`,
      ndjson: `${self}/rows.ndjson`,
      parquet: `${self}/rows.parquet`,
      ...(dataset.route === undefined ? {} : { route: dataset.route }),
      ...(hasFigures(readable) ? { stats: `${self}/stats`, completeness: `${self}/completeness` } : {}),
    },
  };
}

/** From the files to everything that reads their rows. */
function lineageOf(readable: ReadableDataset, views: readonly string[]) {
  const { source, dataset, task } = readable;
  return {
    source: source.name,
    task: task.name,
    table: dataset.table,
    followedBy: task.followedBy ?? null,
    star: [...starTablesOf(readable)],
    views: [...views],
  };
}

/** A dataset with all that it is read by. */
export function describeDatasetFully(readable: ReadableDataset, known: KnownOfDatasets) {
  const { dataset, task } = readable;
  const declared = isDatasetTask(task) ? task.dataset : undefined;
  const listed = new Set(listedOf(readable).map(({ column }) => column.name));
  return {
    ...describeDataset(readable, known),
    indexes: (dataset.indexes ?? []).map((columns) => [...columns]),
    partition: dataset.partition ?? null,
    replace: declared?.replace ?? null,
    star: declared?.star ? { ...declared.star, dimensions: [...declared.star.dimensions] } : null,
    filters: [
      ...filterParametersOf(dataset).map((filter) => ({
        parameter: filter.name,
        column: filter.column.name,
        kind: filter.kind,
        description: filterWords(filter),
        values:
          filter.kind === 'equal' && listed.has(filter.column.name)
            ? `${datasetPath(readable.name)}/values/${filter.name}`
            : null,
      })),
      {
        parameter: 'fileId',
        column: 'file_id',
        kind: 'equal' as const,
        description: 'The file that the row came from',
        values: null,
      },
    ],
    sorts: sortNames(dataset),
  };
}
