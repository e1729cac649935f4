import { Text } from '@mantine/core';
import { useMemo } from 'react';
import type { DatasetStats } from '../../generated/api.js';
import { countOf, formatCount, formatShare } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import type { Column } from '../../ui/table/column.js';
import { DataTable } from '../../ui/table/data-table.js';
import { distinctOf } from './distinct.js';

type Day = DatasetStats['days'][number];

/** The figures of each day. */
export function DaysTable({ stats: { days, omittedDays, distinct } }: { readonly stats: DatasetStats }) {
  const fields = [...distinctOf(distinct).keys()].join(' ');
  const columns = useMemo(
    (): readonly Column<Day>[] => [
      {
        id: 'day',
        header: 'Day',
        isFixed: true,
        cell: ({ day }) => (
          <PageLink
            to="."
            search={(texts) => ({ ...texts, view: 'completeness', day })}
            inherit
            title="The minutes of this day"
          >
            {day}
          </PageLink>
        ),
      },
      { id: 'rows', header: 'Rows', isNumeric: true, cell: ({ rows }) => formatCount(rows) },
      { id: 'files', header: 'Files', isNumeric: true, cell: ({ files }) => formatCount(files) },
      { id: 'minutes', header: 'Minutes', isNumeric: true, cell: ({ minutes }) => formatCount(minutes) },
      {
        id: 'share',
        header: 'Of the day',
        isNumeric: true,
        cell: ({ minutes }) => formatShare(Math.floor((minutes / 1_440) * 1_000) / 1_000),
      },
      ...fields.split(' ').map(
        (field): Column<Day> => ({
          id: field,
          header: field,
          about: 'Different values',
          isNumeric: true,
          cell: (day) => formatCount(distinctOf(day.distinct).get(field) ?? 0),
        }),
      ),
    ],
    [fields],
  );
  return (
    <DataTable
      label="Figures by day"
      columns={columns}
      rows={days}
      idOf={({ day }) => day}
      empty={null}
      foot={
        omittedDays > 0 && (
          <Text size="sm" c="dimmed" py="xs">
            And {countOf(omittedDays, 'later day')}: narrow the days above to see them.
          </Text>
        )
      }
    />
  );
}
