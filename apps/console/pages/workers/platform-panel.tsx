import { Table } from '@mantine/core';
import { usePlatform } from '../../client/platform.js';
import type { Platform, SupervisedProcess } from '../../generated/api.js';
import { Facts } from '../../ui/facts.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { Time } from '../../ui/time.js';
import styles from './workers.module.css';

/** Versions, the database, and the processes that are looked after. */
export function PlatformPanel() {
  return (
    <Panel title="Platform">
      <QueryView query={usePlatform()} what="the platform">
        {(platform) => (
          <>
            <Facts of={factsOf(platform)} />
            {platform.supervisor && <Processes processes={platform.supervisor.processes} />}
          </>
        )}
      </QueryView>
    </Panel>
  );
}

const factsOf = ({ process, database, supervisor, faults }: Platform) => ({
  Millrace: process.version,
  Node: process.node,
  PostgreSQL: database ? `${database.version}${database.embedded ? ', embedded' : ''}` : 'cannot be reached now',
  'API process': `${process.host} ${process.pid}`,
  'API started': <Time at={process.startedAt} />,
  'Looked after by': supervisor ? `npm start, process ${supervisor.pid}` : 'something outside of Millrace',
  'Missing for its work':
    faults.length === 0 ? 'nothing' : faults.map(({ check, reason }) => `${check}: ${reason}`).join('; '),
});

function Processes({ processes }: { readonly processes: readonly SupervisedProcess[] }) {
  return (
    <Table miw={440} aria-label="Processes of this machine" className={styles['gap']} fz="sm" horizontalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Process</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th>Since</Table.Th>
          <Table.Th ta="right">Restarts</Table.Th>
          <Table.Th>Ended last</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {processes.map(({ name, state, since, pid, restarts, lastExit }) => (
          <Table.Tr key={name}>
            <Table.Td>
              {name} {pid !== null && <span className="dim">{pid}</span>}
            </Table.Td>
            <Table.Td>{state}</Table.Td>
            <Table.Td>
              <Time at={since} />
            </Table.Td>
            <Table.Td ta="right">{restarts}</Table.Td>
            <Table.Td>
              {lastExit ? (
                <>
                  {lastExit.reason}, <Time at={lastExit.at} />
                </>
              ) : (
                <span className="dim">never</span>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
