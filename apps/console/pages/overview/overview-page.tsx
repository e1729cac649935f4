import { useOverview } from '../../client/overview.js';
import { ProblemNote } from '../../ui/notes.js';
import { Page } from '../../ui/page.js';
import { QueryView } from '../../ui/query-view.js';
import { AttentionPanel } from './attention-panel.js';
import { Begin } from './begin.js';
import { DatasetsPanel } from './datasets-panel.js';
import { Figures } from './figures.js';
import { History } from './history.js';
import styles from './overview.module.css';
import { QueuesPanel } from './queues-panel.js';
import { StatesPanel } from './states-panel.js';

/** What happens now, what happened in the last hours, what needs attention; on an empty platform, how to begin. */
export function OverviewPage() {
  const overview = useOverview();
  return (
    <Page title="Overview">
      <QueryView query={overview} what="the overview">
        {(now) => {
          const isEmpty = isNothing(now.files) && isNothing(now.runs);
          return (
            <div className={styles['page']}>
              <Figures now={now} />
              {isEmpty && <Begin />}
              <div className={styles['columns']} data-empty={isEmpty || undefined}>
                <AttentionPanel now={now} />
                {!isEmpty && <StatesPanel now={now} />}
              </div>
              {!isEmpty && (
                <>
                  <History />
                  <div className={styles['columns']}>
                    <DatasetsPanel />
                    {now.queues ? (
                      <QueuesPanel queues={now.queues} paused={now.pausedQueues ?? []} />
                    ) : (
                      <ProblemNote error={new Error('The queues cannot be read now.')} />
                    )}
                  </div>
                </>
              )}
            </div>
          );
        }}
      </QueryView>
    </Page>
  );
}

/** It is known that there is none. */
const isNothing = (counts: Readonly<Record<string, number>> | null): boolean =>
  counts !== null && Object.values(counts).every((count) => count === 0);
