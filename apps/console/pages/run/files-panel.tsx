import { Text } from '@mantine/core';
import type { RunDetail } from '../../generated/api.js';
import { FileLink } from '../../ui/file-path.js';
import { countOf, formatCount } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { Panel } from '../../ui/panel.js';
import { StateBadge } from '../../ui/state-badge.js';
import styles from './run.module.css';

/** The files that a run was given, what became of each, and the rows that they made. */
export function FilesPanel({ run }: { readonly run: RunDetail }) {
  const { files, fileCount, datasets } = run;
  if (fileCount === 0 && datasets.length === 0) return null;
  return (
    <Panel
      title={`Files (${formatCount(fileCount)})`}
      side={
        <Text size="sm" component="div">
          {datasets.map(({ name, files: from, rows }) => (
            <span key={name}>
              {countOf(rows, 'row')} of {countOf(from, 'file')} in{' '}
              <PageLink to="/datasets/$name" params={{ name }} search={datasetSearch(files)} size="sm">
                {name}
              </PageLink>{' '}
            </span>
          ))}
        </Text>
      }
      flush
    >
      <table className={styles['small']} aria-label="Files">
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">State now</th>
            <th scope="col">What this run made of it</th>
          </tr>
        </thead>
        <tbody>
          {files.map(({ id, path, version, state, outcome, reason }) => (
            <tr key={id}>
              <td>
                <FileLink id={id} path={path} />
                {version > 1 && <span className="dim"> version {version}</span>}
              </td>
              <td>
                <StateBadge kind="file" state={state} />
              </td>
              <td>
                {outcome ?? <span className="dim">nothing yet</span>}
                {reason !== null && <span className="dim">: {reason}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {fileCount > files.length && (
        <Text size="sm" c="dimmed" px={14} py={8}>
          The first {formatCount(files.length)} of {formatCount(fileCount)} are shown.
        </Text>
      )}
    </Panel>
  );
}

/** The rows of one file alone can be shown there. */
const datasetSearch = (files: RunDetail['files']): { fileId?: string } => {
  const [only] = files;
  return only && files.length === 1 ? { fileId: only.id } : {};
};
