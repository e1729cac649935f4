import { Table, Text } from '@mantine/core';
import type { DatasetStats } from '../../generated/api.js';
import { countOf, formatCount, formatDuration } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { Panel } from '../../ui/panel.js';
import styles from './data-sample.module.css';

const clock = (at: string): string => at.slice(0, 16).replace('T', ' ');

/** Which minutes are missing between the first and the last one. */
export function MissingRanges({ missing }: { readonly missing: DatasetStats['missing'] }) {
  const { ranges, minutes, omitted } = missing;
  return (
    <Panel title={minutes === 0 ? 'No minute is missing' : `${countOf(minutes, 'minute')} without rows`} flush>
      {minutes === 0 ? (
        <Text size="sm" c="dimmed" px="sm" pb="sm">
          Every minute from the first to the last has rows.
        </Text>
      ) : (
        // What scrolls has to be reached by the keyboard: its links are.
        <div className={styles['scroll']}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>From</Table.Th>
                <Table.Th>To</Table.Th>
                <Table.Th ta="right">Minutes</Table.Th>
                <Table.Th ta="right">That is</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {ranges.map((range) => (
                <Table.Tr key={range.from}>
                  <Table.Td>
                    <PageLink
                      to="."
                      search={(texts) => ({ ...texts, view: 'completeness', day: range.from.slice(0, 10) })}
                      size="sm"
                    >
                      {clock(range.from)}
                    </PageLink>
                  </Table.Td>
                  <Table.Td>{clock(range.to)}</Table.Td>
                  <Table.Td ta="right">{formatCount(range.minutes)}</Table.Td>
                  <Table.Td ta="right">{formatDuration(range.minutes * 60_000)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          {omitted > 0 && (
            <Text size="sm" c="dimmed" px="sm" py="xs">
              And {countOf(omitted, 'range')} more: narrow the days to see them.
            </Text>
          )}
        </div>
      )}
    </Panel>
  );
}
