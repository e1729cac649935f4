import { Text } from '@mantine/core';
import { Bars } from '../../charts/bars.js';
import type { DatasetStats } from '../../generated/api.js';
import { countOf, formatShort } from '../../ui/format.js';
import { ChartPanel } from '../dataset/chart-panel.js';

const clock = (at: string | null): string => (at === null ? '–' : at.slice(0, 16).replace('T', ' '));

/** How long after a row's one time the other is. */
export function Expiry({ difference }: { readonly difference: DatasetStats['differences'][number] }) {
  const { from, to, byDays, omitted, earliest, latest } = difference;
  return (
    <ChartPanel>
      <Bars
        title={`Days from ${from} to ${to}`}
        unit="rows"
        axis="days"
        format={formatShort}
        bars={byDays.map(({ days, rows }) => ({ label: String(days), value: rows }))}
      />
      <Text size="sm" c="dimmed">
        The earliest {to} is {clock(earliest)}, the latest {clock(latest)}.
        {omitted > 0 && ` ${countOf(omitted, 'larger number')} of days ${omitted === 1 ? 'is' : 'are'} left out.`}
      </Text>
    </ChartPanel>
  );
}
