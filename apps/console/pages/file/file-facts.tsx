import { Group } from '@mantine/core';
import type { FileDetail } from '../../generated/api.js';
import { Facts } from '../../ui/facts.js';
import { formatBytes, formatCount } from '../../ui/format.js';
import { CopyText } from '../../ui/json.js';
import { PageLink } from '../../ui/link.js';
import { Time } from '../../ui/time.js';

/** What the ledger knows of a file. */
export function FileFacts({ file }: { readonly file: FileDetail }) {
  const { path, size, sha256, source, version, versions, rows, rejects, runId, attempt, decidedBy, duplicateOf } = file;
  return (
    <Facts
      of={{
        Path: (
          <Copied text={path} what="the path">
            <span style={{ whiteSpace: 'pre-wrap' }}>{path}</span>
          </Copied>
        ),
        Source:
          source === null ? (
            'none takes its name'
          ) : (
            <PageLink to="/files" search={{ source }} inherit>
              {source}
            </PageLink>
          ),
        Size: `${formatBytes(size)}${size >= 1_000 ? ` (${formatCount(size)} B)` : ''}`,
        Version: versions.length > 1 ? `${version} of ${versions.length}` : version,
        Rows: rows === null ? undefined : formatCount(rows),
        Rejects: rejects === 0 ? undefined : formatCount(rejects),
        'SHA-256':
          sha256 === null ? (
            'not hashed yet'
          ) : (
            <Copied text={sha256} what="the SHA-256">
              <code>{sha256.slice(0, 16)}…</code>
            </Copied>
          ),
        'Same bytes as':
          duplicateOf === null ? undefined : (
            <PageLink to="/files/$id" params={{ id: duplicateOf.id }} inherit>
              {duplicateOf.path}
            </PageLink>
          ),
        Run:
          runId === null ? undefined : (
            <PageLink to="/runs/$id" params={{ id: runId }} inherit>
              {runId.slice(0, 8)}
              {attempt !== null && `, attempt ${attempt}`}
            </PageLink>
          ),
        Worker:
          decidedBy === null ? undefined : (
            <PageLink to="/workers/$id" params={{ id: decidedBy.worker.id }} inherit>
              {decidedBy.worker.host}, process {decidedBy.worker.pid}
            </PageLink>
          ),
        Modified: <Time at={file.modifiedAt} />,
        Seen: <Time at={file.seenAt} />,
      }}
    />
  );
}

function Copied({
  text,
  what,
  children,
}: {
  readonly text: string;
  readonly what: string;
  readonly children: React.ReactNode;
}) {
  return (
    <Group gap={4} wrap="nowrap" align="flex-start">
      <span>{children}</span>
      <CopyText text={text} what={what} />
    </Group>
  );
}
