import { Group, Table } from '@mantine/core';
import { Bars } from '../../charts/bars.js';
import { useTexts } from '../../shell/use-texts.js';
import { Facts } from '../../ui/facts.js';
import { countOf, formatCount, formatDuration, formatRate } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { EmptyNote } from '../../ui/notes.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { When } from '../../ui/when.js';
import { FrameLink } from './links.js';
import styles from './recordings.module.css';
import { Thumbnail } from './thumbnail.js';
import { useRecording } from './use-recordings.js';

/** One drive: its footages with their first frames, its metrics and its labels. */
export function RecordingDetail({ id }: { readonly id: string }) {
  const [texts, setTexts] = useTexts();
  return (
    <div className={styles['stack']}>
      <Group gap="sm">
        <PageLink to="." search={{ view: texts['view'], location: texts['location'] }} size="sm">
          ← All recordings
        </PageLink>
        <h2 className={styles['name']}>{id}</h2>
      </Group>
      <QueryView query={useRecording(id)} what="the recording">
        {({ location, from, to, fileId, footages, metrics, labelTypes, labels, values }) => (
          <>
            <div className={styles['pair']}>
              <Panel title="Drive">
                <Facts
                  of={{
                    Location: location,
                    Began: <When at={from} />,
                    Ended: <When at={to} />,
                    Length: from && to ? formatDuration(Date.parse(to) - Date.parse(from)) : undefined,
                    Labels: formatCount(labels),
                    'Sensor values': formatCount(values),
                    File: (
                      <PageLink to="/files/$id" params={{ id: fileId }} size="sm">
                        {fileId}
                      </PageLink>
                    ),
                  }}
                />
              </Panel>
              <Panel title={countOf(metrics.length, 'metric')}>
                <Table fz="sm">
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Metric</Table.Th>
                      <Table.Th ta="right">Values</Table.Th>
                      <Table.Th ta="right">Smallest</Table.Th>
                      <Table.Th ta="right">Largest</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {metrics.map((metric) => (
                      <Table.Tr key={metric.metric}>
                        <Table.Td>{metric.metric}</Table.Td>
                        <Table.Td ta="right">{formatCount(metric.values)}</Table.Td>
                        <Table.Td ta="right">{formatRate(metric.min)}</Table.Td>
                        <Table.Td ta="right">{formatRate(metric.max)}</Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Panel>
            </div>
            <Panel title={countOf(footages.length, 'footage')}>
              <div className={styles['gallery']}>
                {footages.map(({ id: footage, footageType, frames }) => (
                  <FrameLink key={footage} footage={footage} frame={0} className={styles['picture']}>
                    <Thumbnail footage={footage} frame={0} alt={`First frame of ${footage}`} />
                    <span className={styles['caption']}>
                      <b>{footageType}</b>
                      <span className="dim">
                        {footage}
                        {frames === null ? '' : `, ${countOf(frames, 'frame')}`}
                      </span>
                    </span>
                  </FrameLink>
                ))}
              </div>
            </Panel>
            <div className={styles['card']}>
              {labelTypes.length === 0 ? (
                <EmptyNote title="Nothing was recognised on its footages" />
              ) : (
                <Bars
                  title="Labels by class; a click finds the frames"
                  bars={labelTypes.map((each) => ({ label: each.label, value: each.labels }))}
                  unit="labels"
                  axis="class"
                  height={190}
                  onBar={(label) =>
                    setTexts({ view: 'questions', question: 'frames', recording: id, labels: `${label}>=0` })
                  }
                />
              )}
            </div>
          </>
        )}
      </QueryView>
    </div>
  );
}
