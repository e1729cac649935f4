import { Anchor, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTexts } from '../../shell/use-texts.js';
import { FilterBar } from '../../ui/filter/filter-bar.js';
import { EmptyNote, LoadingNote, ProblemNote } from '../../ui/notes.js';
import { RowOriginDialog } from '../../ui/row-origin.js';
import { DataTable } from '../../ui/table/data-table.js';
import { More } from '../../ui/table/endless.js';
import { DownloadMenu } from './download-menu.js';
import { columnsOf } from './row-columns.js';
import { filtersOf, parametersOf } from './row-filters.js';
import { useRows } from './use-rows.js';
import type { ViewProps } from './view.js';

/** The rows of any dataset, with the filters and orders that it declares. */
export function RowsView({ dataset }: ViewProps) {
  const [texts, change] = useTexts();
  const { name, columns: declared } = dataset;
  // What the table is made of does not change while rows are loaded; the dataset's figures do.
  const shape = JSON.stringify([name, declared, dataset.filters, dataset.sorts]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  const [filters, columns] = useMemo(() => [filtersOf(dataset), columnsOf(dataset)] as const, [shape]);
  const parameters = parametersOf(dataset, texts);
  const row = readRow(texts['row']);
  // Other views of the page have orders of their own under the same name.
  const sort = dataset.sorts.includes(texts['sort']?.replace(/^-/, '') ?? '') ? (texts['sort'] ?? '') : '';
  const pages = useRows(dataset, parameters, sort);
  const rows = useMemo(() => pages.data?.pages.flatMap(({ items }) => items) ?? [], [pages.data]);
  const clear = (): void => change(Object.fromEntries(filters.map((filter) => [filter.name, undefined])));
  return (
    <>
      {row && <RowOriginDialog dataset={name} {...row} onClose={() => change({ row: undefined })} />}
      <FilterBar filters={filters} values={texts} onChange={change} />
      {pages.error && <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.data === undefined ? (
        !pages.error && <LoadingNote what="rows" />
      ) : (
        <DataTable
          label={`Rows of ${name}`}
          columns={columns}
          rows={rows}
          isWide
          idOf={({ fileId, ordinal }) => `${fileId}.${ordinal}`}
          sort={{ by: sort, onChange: (by) => change({ sort: by }, 'replace') }}
          bar={
            <>
              <DownloadMenu links={dataset.links} filters={parameters} />
              <Text size="xs" c="dimmed" role="status">
                {pages.isPlaceholderData
                  ? 'Reading …'
                  : parameters.size === 0
                    ? 'All rows'
                    : 'Only rows that fit all filters'}
              </Text>
            </>
          }
          empty={
            <EmptyNote title={parameters.size === 0 ? 'No rows are loaded' : 'No row fits these filters'}>
              {parameters.size > 0 && (
                <>
                  Take one of the filters above away, or{' '}
                  <Anchor component="button" type="button" inherit onClick={clear}>
                    look at all rows
                  </Anchor>
                  .
                </>
              )}
            </EmptyNote>
          }
          foot={rows.length > 0 && <More of={pages} count={rows.length} />}
        />
      )}
    </>
  );
}

/** The row whose origin is shown, as the address has it: `205.17`, its file and its place in it. */
function readRow(text: string | undefined): { readonly fileId: string; readonly ordinal: number } | undefined {
  const found = text?.match(/^(\d{1,19})\.(\d{1,9})$/);
  return found?.[1] === undefined ? undefined : { fileId: found[1], ordinal: Number(found[2]) };
}
