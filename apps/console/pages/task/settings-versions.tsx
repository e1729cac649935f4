import { Button, Text } from '@mantine/core';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../client/call.js';
import { useMayChange } from '../../client/session.js';
import { listTaskSettingsVersions, restoreTaskSettings, type TaskSettingsVersion } from '../../generated/api.js';
import { Confirm } from '../../ui/confirm.js';
import { LoadingNote, ProblemNote } from '../../ui/notes.js';
import { tellDone } from '../../ui/notices.js';
import { Panel } from '../../ui/panel.js';
import { Time } from '../../ui/time.js';
import { wordsOfCaller } from '../actions/action-words.js';
import styles from './task-page.module.css';

const pageSize = 10;

/** Who set what, when and why, the newest first; each version can be taken over again. */
export function SettingsVersions({ name, current }: { readonly name: string; readonly current: number }) {
  const [asked, setAsked] = useState<TaskSettingsVersion>();
  const mayChange = useMayChange();
  const queries = useQueryClient();
  const query = useInfiniteQuery({
    // With each new version the list is another one.
    queryKey: ['task-settings-versions', name, current],
    queryFn: ({ pageParam, signal }) =>
      call(
        listTaskSettingsVersions(
          { name, limit: pageSize, ...(pageParam === '' ? {} : { cursor: pageParam }) },
          { signal },
        ),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: (before) => before,
  });
  const versions = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const restore = async ({ version }: TaskSettingsVersion): Promise<void> => {
    const changed = await call(restoreTaskSettings({ name, version, ifMatch: `"${current}"`, body: {} }));
    queries.setQueryData(['task-settings', name], changed);
    tellDone(`The settings of ${name} are those of version ${version} again.`);
    void queries.invalidateQueries({ queryKey: ['tasks'] });
  };
  return (
    <Panel title="Versions">
      {query.error && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data === undefined && !query.error && <LoadingNote what="the versions" />}
      {query.data !== undefined && versions.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing was ever set: all is as the definition says. Each change will be listed here, with who made it.
        </Text>
      )}
      <ol className={styles['versions']}>
        {versions.map((version) => (
          <li key={version.version}>
            <div className={styles['versionHead']}>
              <b>{version.version}</b>
              <span>
                <Time at={version.at} /> by {wordsOfCaller(version.caller)}
              </span>
              {version.version === current ? (
                <span className="dim">holds now</span>
              ) : (
                <Button
                  variant="subtle"
                  size="compact-xs"
                  disabled={!mayChange}
                  title={mayChange ? undefined : 'You may not change settings'}
                  onClick={() => setAsked(version)}
                  aria-label={`Restore version ${version.version}`}
                >
                  Restore
                </Button>
              )}
            </div>
            {version.note !== null && <div className={styles['note']}>“{version.note}”</div>}
            {version.restored !== null && <div className="dim">took over version {version.restored} again</div>}
            <Changes of={version.changes} />
          </li>
        ))}
      </ol>
      {query.hasNextPage && (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show earlier versions
        </Button>
      )}
      {asked && (
        <Confirm
          title={`Restore version ${asked.version}?`}
          verb="Restore"
          onConfirm={() => restore(asked)}
          onClose={() => setAsked(undefined)}
        >
          <Text size="sm">
            {Object.keys(asked.settings).length === 0
              ? `Nothing was set in that version: ${name} will be as its definition says.`
              : `This will be set for ${name}, and all else be as its definition says:`}
          </Text>
          {Object.keys(asked.settings).length > 0 && <pre>{JSON.stringify(asked.settings, null, 2)}</pre>}
        </Confirm>
      )}
    </Panel>
  );
}

function Changes({ of }: { readonly of: TaskSettingsVersion['changes'] }) {
  return (
    <ul className={styles['changes']}>
      {of.map(({ setting, from, to, wasSet, isSet }) => (
        <li key={setting}>
          <code>{setting}</code> {wordsOf(from, wasSet)} → <b>{wordsOf(to, isSet)}</b>
        </li>
      ))}
    </ul>
  );
}

const wordsOf = (value: unknown, isSet: boolean): string =>
  `${value === null ? 'no limit' : String(value)}${isSet ? '' : ' (definition)'}`;
