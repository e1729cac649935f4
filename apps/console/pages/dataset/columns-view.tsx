import { Table } from '@mantine/core';
import { Panel } from '../../ui/panel.js';
import { typeWords } from './row-columns.js';
import type { ViewProps } from './view.js';

/** What each column is. */
export function ColumnsView({ dataset: { columns, table } }: ViewProps) {
  return (
    <Panel title={`Columns of ${table}`} flush>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Column</Table.Th>
            <Table.Th>What it is</Table.Th>
            <Table.Th>Type</Table.Th>
            <Table.Th>Unit</Table.Th>
            <Table.Th>For example</Table.Th>
            <Table.Th title="The name of the field in JSON and of its filter">In JSON</Table.Th>
            <Table.Th>In the files</Table.Th>
            <Table.Th>Always there</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {columns.map((column) => (
            <Table.Tr key={column.name}>
              <Table.Th scope="row">
                <code>{column.name}</code>
              </Table.Th>
              <Table.Td miw={200}>{column.description ?? none}</Table.Td>
              <Table.Td>{typeWords(column)}</Table.Td>
              <Table.Td>{column.unit ?? none}</Table.Td>
              <Table.Td>{column.example === null ? none : <code>{String(column.example)}</code>}</Table.Td>
              <Table.Td>
                <code>{column.field}</code>
              </Table.Td>
              <Table.Td>
                <code>{column.from}</code>
              </Table.Td>
              <Table.Td>{column.required ? 'yes' : 'no'}</Table.Td>
            </Table.Tr>
          ))}
          <Table.Tr>
            <Table.Th scope="row">
              <code>file_id</code>, <code>ordinal</code>
            </Table.Th>
            <Table.Td colSpan={7}>
              The file that the row came from, and its place in it, from 0: every dataset has them
            </Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

const none = <span className="dim">–</span>;
