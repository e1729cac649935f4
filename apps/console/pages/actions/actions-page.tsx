import { useTexts } from '../../shell/use-texts.js';
import { setFilters } from '../../ui/filter/filter.js';
import { FilterBar } from '../../ui/filter/filter-bar.js';
import { EmptyNote, LoadingNote, ProblemNote } from '../../ui/notes.js';
import { Page } from '../../ui/page.js';
import { DataTable } from '../../ui/table/data-table.js';
import { More } from '../../ui/table/endless.js';
import { NewRows, useHeldList } from '../../ui/table/held-list.js';
import { actionColumns } from './action-columns.js';
import { actionFilters } from './action-filters.js';
import { useActions } from './use-actions.js';

/** Who did what by hand, and when. */
export function ActionsPage() {
  const [texts, setTexts] = useTexts();
  const { pages, rows, filter } = useActions(texts);
  const held = useHeldList(rows, ({ id }) => id, pages.isPlaceholderData ? undefined : filter);
  const isFiltered = setFilters(actionFilters, texts).length > 0;
  return (
    <Page
      title="Actions"
      about="What people and programs did by hand to runs, files, schedules, tasks and queues, the last first. What is done to a single file is in the history of that file, too."
    >
      <FilterBar filters={actionFilters} values={texts} onChange={setTexts} />
      {pages.error && <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.data === undefined ? (
        !pages.error && <LoadingNote what="the actions" />
      ) : (
        <div ref={held.part}>
          <DataTable
            label="Actions"
            columns={actionColumns}
            rows={held.rows}
            idOf={({ id }) => id}
            bar={<NewRows count={held.newCount} what="action" onShow={held.showNew} />}
            empty={
              isFiltered ? (
                <EmptyNote title="No action fits these filters">Take one of the filters above away.</EmptyNote>
              ) : (
                <EmptyNote title="Nothing was done by hand yet">
                  Cancelling and retrying runs, replaying and discarding files, changing schedules and tasks, pausing
                  queues: each will be here, with who did it.
                </EmptyNote>
              )
            }
            foot={rows.length > 0 && <More of={pages} count={held.rows.length} />}
          />
        </div>
      )}
    </Page>
  );
}
