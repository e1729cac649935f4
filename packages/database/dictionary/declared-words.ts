import { idColumnOf } from '#contracts/check-star.js';
import { differenceColumns } from '#contracts/check-summary.js';
import type { ColumnDefinition, DatasetDefinition, TableDefinition } from '#contracts/dataset.js';
import { hasStar, keptColumns, type StarDataset, starFilesTable } from '../datasets/star.js';
import { hasSummary, type SummarizedDataset, summaryTable, valueTable } from '../datasets/summary.js';
import type { RelationWords } from './schema-file.js';

const originWords: readonly (readonly [string, string])[] = [
  ['file_id', 'The file in ops.file that the row came from.'],
  ['ordinal', 'Position of the row in its file, from 0.'],
];

/** What a declaration says of its table, and of the tables and the view of its star. */
export function declaredWords(table: TableDefinition): RelationWords[] {
  const columns = new Map([...columnWords(table), ...originWords]);
  const own = { relation: table.table, words: table.description, columns };
  if (!isDeclared(table)) return [own];
  return [own, ...(hasStar(table) ? starWords(table, columns) : []), ...(hasSummary(table) ? summaryWords(table) : [])];
}

/** A column in one sentence or several: what it means, its unit, its name in the files where it has another, an example. */
export function wordsOfColumn({ name, description, unit, from, example }: ColumnDefinition): string {
  const parts = [
    description,
    unit === undefined ? undefined : `Unit: ${unit}`,
    from === undefined || from === name ? undefined : `In files: ${from}`,
    example === undefined ? undefined : `For example: ${example}`,
  ];
  return parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => (/[.!?]$/.test(part ?? '') ? part : `${part}.`))
    .join(' ');
}

/** Where nothing is said of a column, nothing is written. */
const columnWords = ({ columns }: TableDefinition): [string, string][] =>
  columns.map((column): [string, string] => [column.name, wordsOfColumn(column)]).filter(([, words]) => words !== '');

const isDeclared = (table: TableDefinition): table is DatasetDefinition => 'replace' in table;

function starWords(dataset: StarDataset, columns: ReadonlyMap<string, string>): RelationWords[] {
  const { star, table } = dataset;
  const said = (names: readonly string[]): [string, string][] =>
    names.flatMap((name): [string, string][] => {
      const words = columns.get(name);
      return words === undefined ? [] : [[name, words]];
    });
  const ids = star.dimensions.map((dimension): [string, string] => [
    idColumnOf(dimension),
    `The ${dimension.column}, as its id in ${dimension.table}; null where the row has none.`,
  ]);
  return [
    {
      relation: star.fact,
      words: `The rows of ${table} with ids instead of names; the view ${star.view} has the names.`,
      columns: new Map([...said(keptColumns(dataset).map(({ name }) => name)), ...ids]),
    },
    {
      relation: star.view,
      words: `The rows of ${table} once more, put together from ${star.fact} and its dimensions.`,
      columns,
    },
    {
      relation: starFilesTable(dataset),
      words: `Which files ${star.fact} has.`,
      columns: new Map([
        ['file_id', 'The file in ops.file.'],
        ['run_id', 'The run that loaded it.'],
      ]),
    },
    ...star.dimensions.map(({ table: dimension, column, belongsTo }) => ({
      relation: dimension,
      words: `Each ${column} of ${table} once.`,
      columns: new Map([
        ['id', `Stands for the ${column} in ${star.fact}; given in no order that means anything.`],
        ...said([column]),
        ...(belongsTo === undefined ? [] : belongingWords(belongsTo)),
      ]),
    })),
  ];
}

const belongingWords = (parent: string): [string, string][] => [
  [idColumnOf({ table: parent }), `The member of ${parent} that it belongs to; null where no row names both.`],
  ['file_id', 'The file in ops.file that says where it belongs: the one with the highest id.'],
];

function summaryWords(dataset: SummarizedDataset): RelationWords[] {
  const { table, partition, summary } = dataset;
  const [figures, values] = [summaryTable(dataset), valueTable(dataset)];
  const distinct = (summary.distinct ?? []).map((name): [string, string] => [
    name,
    `Bit n is 1 where a row has the ${name} with the id 4096 · chunk + n in ${values}; null for none.`,
  ]);
  const differences = (summary.differences ?? []).flatMap((difference): [string, string][] => {
    const names = differenceColumns(difference);
    const words = `whole days from ${difference.from} to ${difference.to}`;
    return [
      [names.days, `The ${words} that occur, ascending; null in all chunks but 0.`],
      [names.rows, `How many rows have each of these numbers of ${words}, in the same order.`],
      [names.least, `The least ${difference.to}; null for none.`],
      [names.greatest, `The greatest ${difference.to}; null for none.`],
    ];
  });
  return [
    {
      relation: values,
      words: `Distinct values of ${table}, each with the bit that stands for it in ${figures}.`,
      columns: new Map([
        ['column_name', `The column of ${table}.`],
        ['id', 'Number of the value in its column, from 0; says which bit stands for it.'],
        ['value', 'The value itself.'],
      ]),
    },
    {
      relation: figures,
      words: `Figures of each file of ${table} by day, kept by the load; what /stats answers from.`,
      columns: new Map([
        ['file_id', 'The file in ops.file.'],
        ['day', `Day of ${partition.column}; -infinity for a file without rows.`],
        ['chunk', 'Which values the bits stand for; rows, minutes and differences are in chunk 0.'],
        ['rows', 'Rows of the file on that day; 0 in all chunks but 0.'],
        [
          'minutes',
          `Bit n is 1 where a row’s ${partition.column} is in minute n of the day, from 0; null in all chunks but 0.`,
        ],
        ...distinct,
        ...differences,
      ]),
    },
  ];
}
