import type { DatasetDetail, DatasetRow } from '../../generated/api.js';
import type { Column } from '../../ui/table/column.js';
import { formatInstant } from '../../ui/time-words.js';
import { Tip } from '../../ui/tip.js';
import styles from './dataset.module.css';
import { RowLink } from './row-link.js';

/** More columns than these are shown when somebody wants them. */
const maxColumns = 14;
const numeric = /^(integer|bigint|double precision|numeric)/;

export type DeclaredColumn = DatasetDetail['columns'][number];

/** The columns of a dataset's rows, as they are declared, and where each row comes from. */
export function columnsOf({ columns, sorts }: DatasetDetail): readonly Column<DatasetRow>[] {
  const sorted = new Set(sorts);
  return [
    {
      id: 'origin',
      header: 'file : row',
      about: 'The file that the row came from, and its place in it, from 0',
      isFixed: true,
      ...(sorted.has('fileId') && { sort: 'fileId' }),
      cell: (row) => <RowLink row={row} />,
    },
    ...columns.map(
      (column, index): Column<DatasetRow> => ({
        id: column.name,
        header: column.unit === null ? column.name : `${column.name} (${column.unit})`,
        about: [column.description, typeWords(column)].filter(Boolean).join(' · '),
        isNumeric: numeric.test(column.type),
        isExtra: index >= maxColumns,
        ...(sorted.has(column.field) && { sort: column.field }),
        cell: (row) => <Value value={row[column.field]} type={column.type} />,
      }),
    ),
  ];
}

/** A value as it is. Times with a zone are said in that of the viewer. */
function Value({ value, type }: { readonly value: unknown; readonly type: string }) {
  if (value === null || value === undefined) return <span className="dim">–</span>;
  const text = String(value);
  if (type === 'timestamptz')
    return (
      <Tip label={text}>
        <time dateTime={text} className={styles['line']}>
          {formatInstant(text)}
        </time>
      </Tip>
    );
  if (type === 'timestamp' || type === 'date') return <span className={styles['line']}>{text.replace('T', ' ')}</span>;
  if (type === 'text' || type === 'uuid')
    return (
      <span className={styles['value']} title={text.length > 30 ? text : undefined}>
        {text}
      </span>
    );
  return text;
}

/** A column's type in words that also say its limits. */
export function typeWords({ type, maxLength, precision, scale }: DeclaredColumn): string {
  if (maxLength !== null) return `${type}, at most ${maxLength} characters`;
  return precision === null ? type : `${type}(${precision}, ${scale ?? 0})`;
}
