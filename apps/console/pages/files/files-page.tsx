import { Anchor, Button, Group, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTexts } from '../../shell/use-texts.js';
import { setFilters } from '../../ui/filter/filter.js';
import { FilterBar } from '../../ui/filter/filter-bar.js';
import { countOf } from '../../ui/format.js';
import { ButtonLink, PageLink } from '../../ui/link.js';
import { EmptyNote, LoadingNote, ProblemNote } from '../../ui/notes.js';
import { Page } from '../../ui/page.js';
import { DataTable } from '../../ui/table/data-table.js';
import { More } from '../../ui/table/endless.js';
import { useHeldRows } from '../../ui/table/held-rows.js';
import { useHold } from '../../ui/table/use-hold.js';
import { UploadDrop } from '../../ui/upload-drop.js';
import { fileColumns } from './file-columns.js';
import { fileFilters } from './file-filters.js';
import { LoadsChart } from './loads-chart.js';
import { StateTabs } from './state-tabs.js';
import { queryOf, useFiles, useReasons, useSources } from './use-files.js';

/** The ledger: every version of every file that was seen in the inbox. */
export function FilesPage() {
  const [texts, setTexts] = useTexts();
  const sources = useSources().data;
  const reasons = useReasons().data?.items;
  const code = texts['code'];
  const filters = useMemo(() => fileFilters(sources ?? [], reasons ?? [], code), [sources, reasons, code]);
  const set = setFilters(filters, texts);
  const { pages, rows, isLong, restart } = useFiles(texts);
  const [part, isHeld] = useHold<HTMLDivElement>();
  // How often somebody asked to see what is new: the button is within what is held.
  const [round, setRound] = useState(0);
  const shownOf = pages.isPlaceholderData ? '' : `${round} ${JSON.stringify(queryOf(texts))}`;
  const held = useHeldRows(rows, ({ id }) => id, isHeld, shownOf);
  const toTop = (): void => {
    setRound(round + 1);
    window.scrollTo({ top: 0 });
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
      <StateTabs
        chosen={texts['state']}
        isNarrowed={set.some(({ filter }) => filter.name !== 'state')}
        onChange={(state) => setTexts({ state })}
      />
      <FilterBar filters={filters} values={texts} onChange={setTexts} />
      <LoadsChart source={texts['source']} />
      {pages.error && <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />}
      <div ref={part}>
        {pages.data === undefined ? (
          !pages.error && <LoadingNote what="the files" />
        ) : (
          <DataTable
            label="Files"
            columns={fileColumns}
            rows={held.rows}
            idOf={({ id }) => id}
            bar={
              <Group gap="sm" role="status">
                {held.newCount > 0 && (
                  <Button variant="light" onClick={toTop}>
                    Show {countOf(held.newCount, 'new file')}
                  </Button>
                )}
                {isLong && (
                  <Text size="xs" c="dimmed">
                    The list is long and stands still.{' '}
                    <Anchor component="button" type="button" size="xs" onClick={toTop}>
                      Back to its beginning
                    </Anchor>
                  </Text>
                )}
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
            foot={
              rows.length > 0 && (
                <More
                  hasMore={pages.hasNextPage}
                  isLoading={pages.isFetchingNextPage}
                  count={held.rows.length}
                  onMore={() => void pages.fetchNextPage()}
                />
              )
            }
          />
        )}
      </div>
    </Page>
  );
}
