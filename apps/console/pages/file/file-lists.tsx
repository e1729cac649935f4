import { Table, Text } from '@mantine/core';
import type { FileDetail } from '../../generated/api.js';
import { countOf } from '../../ui/format.js';
import { CodeText } from '../../ui/json.js';
import { PageLink } from '../../ui/link.js';
import { StateBadge } from '../../ui/state-badge.js';
import { Time } from '../../ui/time.js';

/** The versions of a file's path, the newest first. */
export function FileVersions({ file: { id, versions } }: { readonly file: FileDetail }) {
  return (
    <Table aria-label="Versions of the path">
      <Table.Tbody>
        {[...versions]
          .sort((a, b) => b.version - a.version)
          .map((each) => (
            <Table.Tr key={each.id}>
              <Table.Td>
                {each.id === id ? (
                  <strong>{each.version}, this one</strong>
                ) : (
                  <PageLink to="/files/$id" params={{ id: each.id }} size="sm">
                    version {each.version}
                  </PageLink>
                )}
                {each.current && <span className="dim"> · newest</span>}
              </Table.Td>
              <Table.Td>
                <StateBadge kind="file" state={each.state} />
              </Table.Td>
              <Table.Td className="dim">
                seen <Time at={each.seenAt} />
              </Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  );
}

/** The runs that a file was given to, and what each made of it. */
export function FileRuns({ file: { runs } }: { readonly file: FileDetail }) {
  if (runs.length === 0)
    return (
      <Text c="dimmed" px="md" pb="sm">
        No run was given this file yet.
      </Text>
    );
  return (
    <Table aria-label="Runs of the file">
      <Table.Tbody>
        {runs.map(({ id, task, state, outcome, createdAt }) => (
          <Table.Tr key={id}>
            <Table.Td>
              <PageLink to="/runs/$id" params={{ id }} size="sm">
                {task}
              </PageLink>
            </Table.Td>
            <Table.Td>
              <StateBadge kind="run" state={state} />
            </Table.Td>
            <Table.Td>{outcome === null ? <span className="dim">not decided yet</span> : <>file {outcome}</>}</Table.Td>
            <Table.Td className="dim">
              <Time at={createdAt} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** The parts of a file that could not be taken, as they stand in it. */
export function FileRejects({ file: { rejected, rejects } }: { readonly file: FileDetail }) {
  return (
    <>
      {rejected.length < rejects && (
        <Text size="sm" c="dimmed">
          The first {rejected.length} of {countOf(rejects, 'reject')}.
        </Text>
      )}
      {rejected.map(({ ordinal, byteOffset, reason, content }) => (
        <div key={ordinal}>
          <Text size="sm" fw={550} mt="xs">
            Part {ordinal}
            {byteOffset !== null && `, at byte ${byteOffset}`}: {reason}
          </Text>
          <CodeText text={content} label={`part ${ordinal}`} />
        </div>
      ))}
    </>
  );
}
