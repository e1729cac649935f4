import { Alert, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconHistory } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import type { FileDetail } from '../../generated/api.js';
import { adviceFor } from '../../ui/fault-advice.js';
import { FilePath } from '../../ui/file-path.js';
import { PageLink } from '../../ui/link.js';
import { LoadingNote, ProblemNote } from '../../ui/notes.js';
import { Page } from '../../ui/page.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { StateBadge } from '../../ui/state-badge.js';
import { FileActions } from './file-actions.js';
import { FileFacts } from './file-facts.js';
import { FileLife } from './file-life.js';
import { FileRejects, FileRuns, FileVersions } from './file-lists.js';
import styles from './file-page.module.css';
import { Preview } from './file-preview.js';
import { FileRows } from './file-rows.js';
import { useFile, useFileLife, useFilePreview } from './use-file.js';

const crumbs = [{ to: '/files', label: 'Files' }];

/** One version of one path: what became of it and why, what it has, and what can be done with it. */
export function FilePage() {
  const { id } = useParams({ from: '/files/$id' });
  const { data: file, error, refetch } = useFile(id);
  const retry = (): void => void refetch();
  if (!file) {
    return (
      <Page title={`File ${id}`} crumbs={crumbs}>
        {error ? <ProblemNote error={error} onRetry={retry} /> : <LoadingNote what="the file" />}
      </Page>
    );
  }
  return (
    <Page
      title={file.path.slice(file.path.lastIndexOf('/') + 1)}
      heading={<FilePath path={file.path} />}
      about={
        <Group gap="md">
          <StateBadge kind="file" state={file.state} />
          {!file.current && <span>an old version</span>}
          {file.waiting && <span>waits for rows of other files</span>}
        </Group>
      }
      crumbs={crumbs}
      actions={<FileActions file={file} key={file.id} />}
    >
      {error && <ProblemNote error={error} onRetry={retry} />}
      <Stack gap={14}>
        <Notes file={file} />
        <div className={styles['columns']}>
          <FileContent file={file} />
          <FileHistory file={file} />
        </div>
      </Stack>
    </Page>
  );
}

/** What one has to know first. */
function Notes({ file }: { readonly file: FileDetail }) {
  const newest = file.versions.find(({ current }) => current);
  return (
    <>
      {file.reason !== null && (
        <Alert
          variant="light"
          color={file.state === 'quarantined' ? 'red' : 'gray'}
          icon={<IconAlertTriangle aria-hidden />}
          title={file.code ?? 'Why'}
        >
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {file.reason}
          </Text>
          {file.state === 'quarantined' && (
            <Text size="sm" mt={6}>
              <strong>What to do:</strong> {adviceFor(file.code)}
            </Text>
          )}
        </Alert>
      )}
      {!file.current && newest && (
        <Alert variant="light" color="gray" icon={<IconHistory aria-hidden />} title="This is an old version">
          <Text size="sm">
            Its path has{' '}
            <PageLink to="/files/$id" params={{ id: newest.id }} inherit underline="always">
              version {newest.version}
            </PageLink>
            , which is {newest.state}.
          </Text>
        </Alert>
      )}
      {file.waitsFor.length > 0 && (
        <Alert variant="light" color="gray" title="It waits for rows that other files bring">
          <Text size="sm">
            {file.waitsFor.map(({ dataset, key }) => `${key} of ${dataset}`).join(', ')}. It is loaded when they are
            there.
          </Text>
        </Alert>
      )}
    </>
  );
}

function FileContent({ file }: { readonly file: FileDetail }) {
  const preview = useFilePreview(file.id, file.state);
  return (
    <div className={styles['main']}>
      <Panel title="Preview">
        <QueryView query={preview} what="the beginning of the file">
          {(found) => <Preview preview={found} isKnown={found.problem?.message === file.reason} />}
        </QueryView>
      </Panel>
      {file.rejected.length > 0 && (
        <Panel title="Parts that could not be taken">
          <FileRejects file={file} />
        </Panel>
      )}
      <Panel title="Rows">
        <FileRows file={file} key={file.id} />
      </Panel>
      <Panel title="Runs" flush>
        <FileRuns file={file} />
      </Panel>
    </div>
  );
}

function FileHistory({ file }: { readonly file: FileDetail }) {
  const life = useFileLife(file.id);
  return (
    <div className={styles['side']}>
      <Panel title="Facts">
        <FileFacts file={file} />
      </Panel>
      <Panel title="Life">
        <QueryView query={life} what="the file’s life">
          {({ items, nextCursor }) => <FileLife changes={items} hasMore={nextCursor !== null} />}
        </QueryView>
      </Panel>
      {file.versions.length > 1 && (
        <Panel title="Versions" flush>
          <FileVersions file={file} />
        </Panel>
      )}
    </div>
  );
}
