import { Alert, Group, Switch, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useMayChange } from '../../client/session.js';
import { useTexts } from '../../shell/use-texts.js';
import { DropArea } from '../../ui/drop-area.js';
import { type ChosenFile, takeHanded } from '../../ui/dropped-files.js';
import { PageLink } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { useUploadItems, useUploads } from '../../uploads/use-uploads.js';
import { SourceList } from './source-list.js';
import { UploadList } from './upload-list.js';
import styles from './upload-page.module.css';

/** Files go into the inbox, and are watched on their way to rows. */
export function UploadPage() {
  const uploads = useUploads();
  const items = useUploadItems();
  const mayChange = useMayChange();
  const [texts, setTexts] = useTexts();
  const [overwrite, setOverwrite] = useState(false);
  const [folder, setFolder] = useState(texts['folder'] ?? '');
  const cleanFolder = folder.trim().replaceAll(/^\/+|\/+$/g, '');
  const add = (files: readonly ChosenFile[]): void => uploads.add(files, { folder: cleanFolder, overwrite });
  useEffect(() => {
    const handed = takeHanded();
    if (handed.length > 0) uploads.add(handed, { folder: '', overwrite: false });
  }, [uploads]);
  return (
    <Page
      title="Upload"
      about={
        <>
          Files go into the inbox, where they are found like any other; see all of them in{' '}
          <PageLink to="/files" inherit underline="always">
            the ledger
          </PageLink>
        </>
      }
    >
      <div className={styles['top']}>
        <div className={styles['left']}>
          <Group align="flex-end" gap="md">
            <TextInput
              label="Folder below the inbox"
              placeholder="the inbox itself"
              description="Made if it is not there; folders that you drop keep their names below it"
              size="xs"
              w={420}
              maw="100%"
              value={folder}
              onChange={(event) => setFolder(event.currentTarget.value)}
              onBlur={() => setTexts({ folder: cleanFolder }, 'replace')}
            />
            <Switch
              label="Replace files that lie there already"
              size="sm"
              checked={overwrite}
              onChange={(event) => setOverwrite(event.currentTarget.checked)}
            />
          </Group>
          {!mayChange && (
            <Alert color="gray" variant="light">
              You may look at files, but not add any.
            </Alert>
          )}
          <DropArea onFiles={add} isDisabled={!mayChange}>
            Of any number and size. What is cut off goes on from where it was: choose the same file again, also after a
            reload of this page.
          </DropArea>
        </div>
        <SourceList />
      </div>
      {items.length > 0 && <UploadList items={items} />}
    </Page>
  );
}
