import type { ColumnDefinition, DatasetDefinition, DifferenceDefinition, SummaryDefinition } from './dataset.js';

/** Values are unique in their table by a B-tree, whose entries PostgreSQL limits to 2,704 bytes, four to a character. */
const maxValueLength = 600;
/** PostgreSQL cuts longer names. */
const maxNameChars = 63;
const timeTypes: readonly string[] = ['timestamp', 'timestamptz'];

/** The columns that each summary has. */
export const ownSummaryColumns = ['file_id', 'day', 'chunk', 'rows', 'minutes'] as const;

/** The columns of a summary that hold a difference: days and rows with each, and the bounds of the later time. */
export function differenceColumns({ from, to }: DifferenceDefinition) {
  const stem = `${from}_${to}`;
  return { days: `${stem}_days`, rows: `${stem}_rows`, least: `${stem}_least`, greatest: `${stem}_greatest` };
}

/** What is wrong with a dataset's summary; undefined when nothing is. */
export function summaryFault({ summary, partition, columns }: DatasetDefinition): string | undefined {
  if (summary === undefined) return undefined;
  if (partition === undefined) {
    return 'it has a summary, but no partition column whose days and minutes are counted; declare one, or no summary';
  }
  for (const name of summary.distinct ?? []) {
    const fault = distinctFault(name, columns);
    if (fault !== undefined) return `its summary counts the values of ${name}, ${fault}`;
  }
  for (const difference of summary.differences ?? []) {
    const fault = differenceFault(difference, columns);
    if (fault !== undefined)
      return `its summary has a difference from ${difference.from} to ${difference.to}, ${fault}`;
  }
  return nameFault(summary);
}

function distinctFault(name: string, columns: readonly ColumnDefinition[]): string | undefined {
  const column = columns.find((each) => each.name === name);
  if (column === undefined) return 'which is none of the columns';
  if (column.type === 'text' && column.maxLength !== undefined && column.maxLength <= maxValueLength) return undefined;
  return `expected text with a maxLength of at most ${maxValueLength}, got ${column.type} with ${column.maxLength ?? 'none'}`;
}

function differenceFault({ from, to }: DifferenceDefinition, columns: readonly ColumnDefinition[]): string | undefined {
  const types = [from, to].map((name) => columns.find((column) => column.name === name)?.type);
  const [fromType, toType] = types;
  if (from === to) return 'which is one column; name two';
  if (fromType === undefined || toType === undefined) return 'one of which is none of the columns';
  if (fromType === toType && timeTypes.includes(fromType)) return undefined;
  return `expected two columns of type timestamp, or two of timestamptz, got ${fromType} and ${toType}`;
}

function nameFault({ distinct = [], differences = [] }: SummaryDefinition): string | undefined {
  const taken = new Set<string>(ownSummaryColumns);
  for (const name of [...distinct, ...differences.flatMap((each) => Object.values(differenceColumns(each)))]) {
    if (taken.has(name)) return `its summary would have two columns ${name}; name each once, or rename the column`;
    if (name.length > maxNameChars) {
      return `its summary needs a column ${name}, a name of ${name.length} characters; PostgreSQL takes ${maxNameChars}, so use shorter ones`;
    }
    taken.add(name);
  }
  return undefined;
}
