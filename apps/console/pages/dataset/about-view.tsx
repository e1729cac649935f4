import { Anchor, Table } from '@mantine/core';
import { Fragment } from 'react';
import { useTexts } from '../../shell/use-texts.js';
import { Facts } from '../../ui/facts.js';
import { formatBytes, formatCount } from '../../ui/format.js';
import { CodeText } from '../../ui/json.js';
import { PageLink } from '../../ui/link.js';
import { Panel } from '../../ui/panel.js';
import { shortId } from '../../ui/run-id.js';
import { Time } from '../../ui/time.js';
import styles from './dataset.module.css';
import { curlOf, sqlOf } from './examples.js';
import { Lineage } from './lineage.js';
import { NewestRow } from './newest-row.js';
import { parametersOf } from './row-filters.js';
import type { ViewProps } from './view.js';

const replaces = {
  file: 'the rows of an older version of the file',
  day: 'the rows of the same day',
  table: 'all rows',
} as const;

const linkWords: Readonly<Record<string, string>> = {
  self: 'This dataset',
  rows: 'Rows',
  csv: 'as CSV',
  xlsx: 'as XLSX',
  ndjson: 'as NDJSON',
  parquet: 'as Parquet',
  route: 'Rows in another way',
  stats: 'Figures',
  completeness: 'Minutes that have rows',
};

/** What is known of a dataset: how fresh and large it is, where it comes from, how to ask for it. */
export function AboutView({ dataset }: ViewProps) {
  const [texts] = useTexts();
  const parameters = parametersOf(dataset, texts);
  const { freshness, size, source, links } = dataset;
  return (
    <div className={styles['grid']}>
      <Panel title="How fresh and large it is">
        <Facts
          of={{
            Rows: formatCount(dataset.rows),
            Files: (
              <PageLink to="/files" search={{ source: source.name, state: 'loaded' }} inherit>
                {formatCount(dataset.files)}
              </PageLink>
            ),
            'Last load': <Time at={freshness.lastLoadAt} />,
            'Newest row': freshness.newestRow === null ? undefined : <NewestRow at={freshness.newestRow} />,
            'On disk':
              size === null
                ? undefined
                : `${formatBytes(size.bytes)}, of which indexes ${formatBytes(size.indexBytes)}`,
            Partitions: size === null || size.partitions === 0 ? undefined : formatCount(size.partitions),
            'Partitioned by':
              dataset.partition === null ? undefined : `${dataset.partition.column}, every ${dataset.partition.every}`,
            Indexes:
              dataset.indexes.length === 0
                ? undefined
                : dataset.indexes.map((columns) => columns.join(', ')).join('; '),
            'A file that is loaded replaces': dataset.replace === null ? undefined : replaces[dataset.replace],
            'Last file':
              dataset.lastLoad === null ? undefined : (
                <PageLink to="/files/$id" params={{ id: dataset.lastLoad.fileId }} inherit>
                  {dataset.lastLoad.path}
                </PageLink>
              ),
          }}
        />
      </Panel>
      <Panel title="Last loads" flush>
        <Loads loads={dataset.lastLoads} />
      </Panel>
      <Panel title="From the files to what reads their rows">
        <Lineage dataset={dataset} />
      </Panel>
      <Panel title="In the API">
        <dl className={styles['links']}>
          {Object.entries(links).map(([what, address]) => (
            <Fragment key={what}>
              <dt>{linkWords[what] ?? what}</dt>
              <dd>
                <Anchor href={address} inherit>
                  <code>{address}</code>
                </Anchor>
              </dd>
            </Fragment>
          ))}
        </dl>
      </Panel>
      <Panel title="Ask for it with curl">
        <CodeText text={curlOf(dataset, parameters, location.origin)} label="the commands" />
      </Panel>
      <Panel title="Ask for it with SQL">
        <CodeText text={sqlOf(dataset)} label="the queries" />
      </Panel>
    </div>
  );
}

function Loads({ loads }: { readonly loads: ViewProps['dataset']['lastLoads'] }) {
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Run</Table.Th>
          <Table.Th>Loaded</Table.Th>
          <Table.Th ta="right">Files</Table.Th>
          <Table.Th ta="right">Rows</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {loads.map(({ runId, at, files, rows }) => (
          <Table.Tr key={runId}>
            <Table.Td>
              <PageLink to="/runs/$id" params={{ id: runId }} size="sm" title={runId}>
                <code>{shortId(runId)}</code>
              </PageLink>
            </Table.Td>
            <Table.Td>
              <Time at={at} />
            </Table.Td>
            <Table.Td ta="right">{formatCount(files)}</Table.Td>
            <Table.Td ta="right">{formatCount(rows)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
