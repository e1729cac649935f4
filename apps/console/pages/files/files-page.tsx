import { Group, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useSources } from '../../client/tasks.js';
import { useTexts } from '../../shell/use-texts.js';
import { setFilters } from '../../ui/filter/filter.js';
import { FilterBar } from '../../ui/filter/filter-bar.js';
import { ButtonLink, PageLink } from '../../ui/link.js';
import { EmptyNote, LoadingNote, ProblemNote } from '../../ui/notes.js';
import { Page } from '../../ui/page.js';
import { DataTable } from '../../ui/table/data-table.js';
import { More } from '../../ui/table/endless.js';
import { NewRows, StandingStill, useHeldList } from '../../ui/table/held-list.js';
import { UploadDrop } from '../../ui/upload-drop.js';
import { fileColumns } from './file-columns.js';
import { fileFilters } from './file-filters.js';
import { LoadsChart } from './loads-chart.js';
import { FileStateTabs } from './state-tabs.js';
import { queryOf, useFiles, useReasons } from './use-files.js';

/** The ledger: every version of every file that was seen in the inbox. */
export function FilesPage() {
  const [texts, setTexts] = useTexts();
  const sources = useSources().data;
  const reasons = useReasons().data?.items;
  const code = texts['code'];
  const filters = useMemo(() => fileFilters(sources ?? [], reasons ?? [], code), [sources, reasons, code]);
  const set = setFilters(filters, texts);
  const { pages, rows, isLong, restart } = useFiles(texts);
  const held = useHeldList(rows, ({ id }) => id, pages.isPlaceholderData ? undefined : JSON.stringify(queryOf(texts)));
  const toTop = (): void => {
    held.showNew();
    if (isLong) restart();
  };
  return (
    <Page
      title="Files"
      about="Each version of each file that was seen in the inbox, the last seen first"
      actions={
        <ButtonLink to="/upload" leftSection={<IconUpload size={15} aria-hidden />}>
          Upload
        </ButtonLink>
      }
    >
      <FileStateTabs
        chosen={texts['state']}
        isNarrowed={set.some(({ filter }) => filter.name !== 'state')}
        onChange={(state) => setTexts({ state })}
      />
      <FilterBar filters={filters} values={texts} onChange={setTexts} />
      <LoadsChart source={texts['source']} />
      {pages.error && <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />}
      <div ref={held.part}>
        {pages.data === undefined ? (
          !pages.error && <LoadingNote what="the files" />
        ) : (
          <DataTable
            label="Files"
            columns={fileColumns}
            rows={held.rows}
            idOf={({ id }) => id}
            bar={
              <Group gap="sm">
                <NewRows count={held.newCount} what="file" onShow={toTop} />
                <StandingStill isLong={isLong} onRestart={toTop} />
                {pages.isPlaceholderData && (
                  <Text size="xs" c="dimmed">
                    Looking …
                  </Text>
                )}
                {texts['state'] === 'quarantined' && (
                  <PageLink to="/quarantine" size="sm">
                    Grouped by cause, to replay or discard many
                  </PageLink>
                )}
              </Group>
            }
            empty={
              set.length > 0 ? (
                <EmptyNote title="No file fits these filters">
                  Take one of the filters above away, or look at{' '}
                  <PageLink to="/files" inherit underline="always">
                    all files
                  </PageLink>
                  .
                </EmptyNote>
              ) : (
                <UploadDrop title="No file has been seen yet: drop some here">
                  Or put them into the inbox by any other way: what lies there is found.
                </UploadDrop>
              )
            }
            foot={rows.length > 0 && <More of={pages} count={held.rows.length} />}
          />
        )}
      </div>
    </Page>
  );
}
