import { Checkbox } from '@mantine/core';
import { type Ref, useMemo } from 'react';
import type { Column } from './column.js';
import styles from './data-table.module.css';

export interface RowProps<T> {
  readonly id: string;
  readonly row: T;
  /** Those that are shown. The same array as long as they are the same. */
  readonly columns: readonly Column<T>[];
  /** Whether it is chosen; undefined: rows cannot be chosen. */
  readonly isChosen: boolean | undefined;
  /** The same function each time. */
  onChoose(id: string, isChosen: boolean): void;
  /** Among all rows, for a table that has only some of them in the page. */
  readonly index: number | undefined;
  readonly measure: Ref<HTMLTableRowElement> | undefined;
}

/** A row of a table. What it shows is drawn anew only when the row itself has changed: most changes of a page are none of most rows. */
export function Row<T>({ id, row, columns, isChosen, onChoose, index, measure }: RowProps<T>) {
  const check = useMemo(
    () =>
      isChosen !== undefined && (
        <td className={styles['check']}>
          <Checkbox
            size="xs"
            aria-label={`Choose ${id}`}
            checked={isChosen}
            onChange={(event) => onChoose(id, event.currentTarget.checked)}
          />
        </td>
      ),
    [id, isChosen, onChoose],
  );
  const cells = useMemo(
    () =>
      columns.map((column) => (
        <td key={column.id} className={column.isNumeric ? styles['number'] : undefined}>
          {column.cell(row)}
        </td>
      )),
    [columns, row],
  );
  return (
    <tr
      aria-rowindex={index === undefined ? undefined : index + 2}
      data-index={index}
      ref={measure}
      data-chosen={isChosen || undefined}
    >
      {check}
      {cells}
    </tr>
  );
}
