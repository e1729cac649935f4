import { Table } from '@mantine/core';
import type { ImageStats } from '../../generated/api.js';
import { formatCount, formatRate } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { Panel } from '../../ui/panel.js';

/** Which model counted how many pictures. */
export function ModelsTable({ models }: { readonly models: ImageStats['byModel'] }) {
  return (
    <Panel title="Models that counted" flush>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Model</Table.Th>
            <Table.Th ta="right">Pictures</Table.Th>
            <Table.Th ta="right">Share</Table.Th>
            <Table.Th ta="right">Faces</Table.Th>
            <Table.Th ta="right">Faces per picture</Table.Th>
            <Table.Th ta="right">Most faces</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {models.map(({ model, pictures, percent, faces, meanFaces, mostFaces }) => (
            <Table.Tr key={model}>
              <Table.Td>
                <PageLink to="." search={(texts) => ({ ...texts, model })} size="sm">
                  {model}
                </PageLink>
              </Table.Td>
              <Table.Td ta="right">{formatCount(pictures)}</Table.Td>
              <Table.Td ta="right">{percent} %</Table.Td>
              <Table.Td ta="right">{formatCount(faces)}</Table.Td>
              <Table.Td ta="right">{formatRate(meanFaces)}</Table.Td>
              <Table.Td ta="right">{formatCount(mostFaces)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}
