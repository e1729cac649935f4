import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { type Dataset, listDatasets } from '../../generated/api.js';
import { formatBytes, formatCount } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { Time } from '../../ui/time.js';

/** The datasets with how much they have, and how fresh they are. */
export function DatasetsPanel() {
  const datasets = useQuery({
    queryKey: ['datasets'],
    queryFn: ({ signal }) => call(listDatasets({ signal })),
    meta: { live: ['files'] },
  });
  return (
    <Panel
      title="Datasets"
      flush
      side={
        <PageLink to="/datasets" size="sm">
          All about them
        </PageLink>
      }
    >
      <QueryView query={datasets} what="the datasets">
        {({ items }) => (
          <Table horizontalSpacing={14} fz="sm" aria-label="Datasets">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Dataset</Table.Th>
                <Table.Th ta="right">Rows</Table.Th>
                <Table.Th ta="right">Files</Table.Th>
                <Table.Th ta="right">On disk</Table.Th>
                <Table.Th>Last load</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((dataset) => (
                <Row key={dataset.name} {...dataset} />
              ))}
            </Table.Tbody>
          </Table>
        )}
      </QueryView>
    </Panel>
  );
}

function Row({ name, rows, files, size, freshness, lastLoad }: Dataset) {
  return (
    <Table.Tr>
      <Table.Td>
        <PageLink to="/datasets/$name" params={{ name }} size="sm">
          {name}
        </PageLink>
      </Table.Td>
      <Table.Td ta="right">{formatCount(rows)}</Table.Td>
      <Table.Td ta="right">{formatCount(files)}</Table.Td>
      <Table.Td ta="right">{size ? formatBytes(size.bytes) : '–'}</Table.Td>
      <Table.Td>
        {lastLoad ? (
          <PageLink to="/files/$id" params={{ id: lastLoad.fileId }} size="sm">
            <Time at={freshness.lastLoadAt} />
          </PageLink>
        ) : (
          <span className="dim">never</span>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
