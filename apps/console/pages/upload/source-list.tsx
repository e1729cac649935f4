import { Text } from '@mantine/core';
import { useSources } from '../../client/tasks.js';
import { PageLink } from '../../ui/link.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import styles from './upload-page.module.css';

/** Which names the sources take, in the catalogue's words. */
export function SourceList() {
  const sources = useSources();
  return (
    <Panel title="Which names are taken">
      <QueryView query={sources} what="the sources">
        {(items) => (
          <>
            <dl className={styles['sources']}>
              {items.map(({ name, description, task }) => (
                <div key={name}>
                  <dt>
                    {name}{' '}
                    <PageLink to="/tasks/$name" params={{ name: task }} size="xs" fw={400}>
                      {task}
                    </PageLink>
                  </dt>
                  <dd>{description}</dd>
                </div>
              ))}
            </dl>
            <Text size="xs" c="dimmed" mt="sm">
              The first source that takes a name gets the file, in whichever folder it lies. A file that none takes
              stays in the inbox as “ignored”.
            </Text>
          </>
        )}
      </QueryView>
    </Panel>
  );
}
