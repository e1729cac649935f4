import { Tabs } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useTexts } from '../../shell/use-texts.js';
import { countOf } from '../../ui/format.js';
import { LoadingNote } from '../../ui/notes.js';
import { Page } from '../../ui/page.js';
import { QueryView } from '../../ui/query-view.js';
import { Time } from '../../ui/time.js';
import { EmptyDataset } from './empty-dataset.js';
import { useDataset } from './use-dataset.js';
import { viewsOf } from './views.js';

const crumbs = [{ to: '/datasets', label: 'Datasets' }];

/** A dataset: the views that are made for it, and those that each has from its declaration. */
export function DatasetPage() {
  const { name } = useParams({ from: '/datasets/$name' });
  const [texts, change] = useTexts();
  const query = useDataset(name);
  const views = viewsOf(name);
  // Links to the rows of a file need not say that they mean rows.
  const wanted = texts['view'] ?? (texts['fileId'] === undefined ? undefined : 'rows');
  const chosen = views.find(({ view }) => view === wanted) ?? views[0];
  const about = query.data && (
    <>
      {query.data.description} {countOf(query.data.rows, 'row')} of {countOf(query.data.files, 'file')}
      {query.data.freshness.lastLoadAt !== null && (
        <>
          , last loaded <Time at={query.data.freshness.lastLoadAt} />
        </>
      )}
    </>
  );
  return (
    <Page title={name} crumbs={crumbs} about={about}>
      <QueryView query={query} what="the dataset">
        {(dataset) => (
          <Tabs
            value={chosen?.view ?? null}
            onChange={(view) => change({ view: view ?? undefined, row: undefined })}
            keepMounted={false}
          >
            <Tabs.List mb="md">
              {views.map(({ view, label }) => (
                <Tabs.Tab key={view} value={view}>
                  {label}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {chosen && (
              <Tabs.Panel value={chosen.view}>
                {dataset.files === 0 && chosen.view !== 'columns' && chosen.view !== 'about' ? (
                  <EmptyDataset dataset={dataset} />
                ) : (
                  <Suspense fallback={<LoadingNote what="the page" />}>
                    <chosen.View dataset={dataset} key={dataset.name} />
                  </Suspense>
                )}
              </Tabs.Panel>
            )}
          </Tabs>
        )}
      </QueryView>
    </Page>
  );
}
