import { Checkbox } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { columnVisibilityFeature, rowSelectionFeature, tableFeatures, useTable } from '@tanstack/react-table';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  type ReactNode,
  startTransition,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useOverflow } from '../use-overflow.js';
import type { Column } from './column.js';
import { ColumnChoice } from './column-choice.js';
import styles from './data-table.module.css';
import { Row } from './row.js';
import { useHiddenColumns } from './use-hidden-columns.js';

const features = tableFeatures({ columnVisibilityFeature, rowSelectionFeature });
/** With fewer rows than this all of them are in the page, so that the browser's own search finds them. */
const virtualFrom = 120;
const estimatedHeight = 37;
/** More rows than these are drawn little by little when the table comes, so that the page answers meanwhile. */
const atOnce = 30;

export interface DataTableProps<T> {
  /** Names the table for people, and its options in the browser's storage. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  idOf(row: T): string;
  /** Rows can be chosen with check boxes. */
  readonly selection?: { readonly ids: ReadonlySet<string>; onChange(ids: ReadonlySet<string>): void } | undefined;
  /** By what the API sorts now: `-createdAt`. */
  readonly sort?: { readonly by: string; onChange(by: string): void } | undefined;
  /** Beside the choice of columns, above the table. */
  readonly bar?: ReactNode;
  /** Instead of rows when there are none. */
  readonly empty: ReactNode;
  /** It may be wider than the page: it scrolls sideways then, and its head stays no longer. */
  readonly isWide?: boolean;
  /** Below the rows: how to get more. */
  readonly foot?: ReactNode;
}

/** A table of any length: only the rows in sight are in the page. It scrolls with the page, its head stays. */
export function DataTable<T>({
  label,
  columns,
  rows,
  idOf,
  selection,
  sort,
  bar,
  empty,
  isWide,
  foot,
}: DataTableProps<T>) {
  const [hidden, setHidden] = useHiddenColumns(label, columns);
  const body = useRef<HTMLTableSectionElement>(null);
  const [frame, isOver] = useOverflow<HTMLDivElement>();
  const data = useMemo(() => rows.map((row) => ({ row })), [rows]);
  const table = useTable({
    features,
    data,
    columns: useMemo(() => columns.map(({ id, header }) => ({ id, header })), [columns]),
    getRowId: ({ row }) => idOf(row),
    state: {
      columnVisibility: useMemo(() => Object.fromEntries(hidden.map((id) => [id, false])), [hidden]),
      rowSelection: Object.fromEntries([...(selection?.ids ?? [])].map((id) => [id, true])),
    },
  });
  const tableRows = table.getRowModel().rows;
  const isVirtual = tableRows.length >= virtualFrom;
  const isDrawn = useAfterFirst(tableRows.length <= atOnce);
  const top = useTop(body, tableRows.length, isVirtual && isDrawn);
  const virtual = useWindowVirtualizer({
    count: isVirtual ? tableRows.length : 0,
    estimateSize: () => estimatedHeight,
    overscan: 16,
    scrollMargin: top,
    getItemKey: (index) => tableRows[index]?.id ?? index,
  });
  const items = virtual.getVirtualItems();
  const shown = isVirtual ? items.flatMap(({ index }) => tableRows[index] ?? []) : tableRows;
  const before = isVirtual ? (items[0]?.start ?? top) - top : 0;
  const after = isVirtual ? virtual.getTotalSize() - ((items.at(-1)?.end ?? top) - top) : 0;
  const leaves = table.getVisibleLeafColumns();
  const visible = useMemo(() => {
    const ids = new Set(leaves.map(({ id }) => id));
    return columns.filter(({ id }) => ids.has(id));
  }, [columns, leaves]);
  const width = visible.length + (selection ? 1 : 0);
  const firstIndex = items[0]?.index ?? 0;

  const latest = useRef(selection);
  latest.current = selection;
  const choose = useCallback((id: string, isChosen: boolean): void => {
    const ids = new Set(latest.current?.ids);
    if (isChosen) ids.add(id);
    else ids.delete(id);
    latest.current?.onChange(ids);
  }, []);
  const isAllChosen = rows.length > 0 && rows.every((row) => selection?.ids.has(idOf(row)) === true);

  return (
    <>
      <div className={styles['bar']}>
        <div className={styles['barLeft']}>{bar}</div>
        <ColumnChoice columns={columns} hidden={hidden} onChange={setHidden} />
      </div>
      {rows.length === 0 ? (
        empty
      ) : !isDrawn ? (
        // All rows come together: their words decide how wide the columns are. The room is there for who comes back to a row further down.
        <div style={{ height: tableRows.length * estimatedHeight }} />
      ) : (
        <div
          ref={frame}
          className={styles['frame']}
          data-wide={isWide || undefined}
          {...(isOver && { role: 'group', 'aria-label': `${label}, to be scrolled`, tabIndex: 0 })}
        >
          <table className={styles['table']} aria-label={label} aria-rowcount={rows.length + 1}>
            <thead>
              <tr>
                {selection && (
                  <th className={styles['check']}>
                    <Checkbox
                      size="xs"
                      aria-label={`Choose all ${rows.length} rows that are shown`}
                      checked={isAllChosen}
                      indeterminate={!isAllChosen && selection.ids.size > 0}
                      onChange={(event) =>
                        selection.onChange(event.currentTarget.checked ? new Set(rows.map(idOf)) : new Set())
                      }
                    />
                  </th>
                )}
                {visible.map((column) => (
                  <Head key={column.id} column={column} sort={sort} />
                ))}
              </tr>
            </thead>
            <tbody ref={body}>
              {before > 0 && (
                <tr aria-hidden>
                  <td colSpan={width} style={{ height: before, padding: 0, border: 0 }} />
                </tr>
              )}
              {shown.map(({ id, original }, index) => (
                <Row
                  key={id}
                  id={id}
                  row={original.row}
                  columns={visible}
                  isChosen={selection?.ids.has(id)}
                  onChoose={choose}
                  index={isVirtual ? firstIndex + index : undefined}
                  measure={isVirtual ? virtual.measureElement : undefined}
                />
              ))}
              {after > 0 && (
                <tr aria-hidden>
                  <td colSpan={width} style={{ height: after, padding: 0, border: 0 }} />
                </tr>
              )}
            </tbody>
          </table>
        </div>
      )}
      {foot}
    </>
  );
}

interface HeadProps<T> {
  readonly column: Column<T>;
  readonly sort: DataTableProps<T>['sort'];
}

/** A column's head; a click sorts by it, downwards first, since the newest and the longest are what one looks for. */
function Head<T>({ column, sort }: HeadProps<T>) {
  const { header, about, isNumeric, minWidth, sort: key } = column;
  const className = isNumeric ? styles['number'] : undefined;
  if (!sort || key === undefined) {
    return (
      <th className={className} style={{ minWidth }} title={about} scope="col">
        {header}
      </th>
    );
  }
  const direction = sort.by === key ? 'ascending' : sort.by === `-${key}` ? 'descending' : undefined;
  return (
    <th className={className} style={{ minWidth }} aria-sort={direction ?? 'none'} title={about} scope="col">
      <button
        type="button"
        className={styles['sort']}
        onClick={() => sort.onChange(direction === 'descending' ? key : `-${key}`)}
      >
        {header}
        {direction === 'ascending' && <IconArrowUp size={13} aria-hidden />}
        {direction === 'descending' && <IconArrowDown size={13} aria-hidden />}
      </button>
    </th>
  );
}

/** How far below the beginning of the page the rows begin, for a table that needs it. */
function useTop(body: React.RefObject<HTMLTableSectionElement | null>, count: number, isNeeded: boolean): number {
  const [top, setTop] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what stands above may have changed with the rows
  useLayoutEffect(() => {
    if (isNeeded && body.current) setTop(body.current.getBoundingClientRect().top + window.scrollY);
  }, [body, count, isNeeded]);
  return top;
}

/** False when something is drawn for the first time, unless it is little; then true, by a change that leaves the page free to answer. */
function useAfterFirst(isLittle: boolean): boolean {
  const [isAfter, setAfter] = useState(isLittle);
  useEffect(() => startTransition(() => setAfter(true)), []);
  return isAfter;
}
