import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Bars } from '../../../charts/bars.js';
import { call } from '../../../client/call.js';
import { rankRecordings } from '../../../generated/api.js';
import { useTexts } from '../../../shell/use-texts.js';
import { formatCount } from '../../../ui/format.js';
import { EmptyNote } from '../../../ui/notes.js';
import type { Column } from '../../../ui/table/column.js';
import { DataTable } from '../../../ui/table/data-table.js';
import { More } from '../../../ui/table/endless.js';
import { FilteredView } from '../../dataset/filtered-view.js';
import { RecordingLink } from '../links.js';
import { ChoiceField, QuestionForm, TextField } from './question-form.js';
import styles from './questions.module.css';
import { type Answers, type QuestionProps, useQuestion } from './use-question.js';

const names = ['minCertainty', 'label', 'location'] as const;
/** More bars than this say less than the table. */
const maxBars = 20;

/** Recordings by their number of labels that are certain enough. */
export function RankingQuestion({ choices }: QuestionProps) {
  const { draft, set, asked, isChanged, ask } = useQuestion(names);
  const isFine = /^(0(\.\d{1,2})?|1(\.0{1,2})?)?$/.test(draft.minCertainty);
  return (
    <>
      <QuestionForm
        isChanged={isChanged}
        onAsk={ask}
        missing={isFine ? undefined : 'The certainty is a number from 0 to 1 with at most two decimals.'}
      >
        <TextField
          label="Certainty of at least"
          value={draft.minCertainty}
          onChange={(value) => set('minCertainty', value)}
          kind="number"
          hint="0.6"
          width={160}
        />
        <ChoiceField
          label="Class of label"
          value={draft.label}
          onChange={(value) => set('label', value)}
          options={choices.labels.map(({ label }) => label)}
        />
        <ChoiceField
          label="Location"
          value={draft.location}
          onChange={(value) => set('location', value)}
          options={choices.locations.map(({ location }) => location)}
        />
      </QuestionForm>
      <Ranking asked={asked} />
    </>
  );
}

function Ranking({ asked }: { readonly asked: Answers<(typeof names)[number]> }) {
  const [, setTexts] = useTexts();
  const { minCertainty, label, location } = asked;
  const query = useInfiniteQuery({
    queryKey: ['recordings', 'ranking', asked],
    queryFn: ({ pageParam, signal }) =>
      call(
        rankRecordings(
          {
            ...(minCertainty ? { minCertainty } : {}),
            ...(label ? { label } : {}),
            ...(location ? { location } : {}),
            limit: 100,
            ...(pageParam === '' ? {} : { cursor: pageParam }),
          },
          { signal },
        ),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    meta: { live: ['files'] },
  });
  return (
    <FilteredView query={query} what="the recordings with the most labels">
      {({ pages }) => {
        const rows = pages.flatMap(({ items }) => items);
        return (
          <div className={styles['answer']}>
            {rows.length > 0 && (
              <Bars
                title={`Labels of at least ${minCertainty || '0.6'}${label ? `, ${label}` : ''}: the first ${Math.min(rows.length, maxBars)} recordings`}
                bars={rows.slice(0, maxBars).map(({ recording, labels }) => ({ label: recording, value: labels }))}
                unit="labels"
                axis="recording"
                height={190}
                onBar={(recording) => setTexts({ view: 'recordings', recording })}
              />
            )}
            <div>
              <DataTable
                label="Recordings with the most labels"
                columns={columns}
                rows={rows}
                idOf={({ recording }) => recording}
                empty={
                  <EmptyNote title="No recording has such labels">Ask for a lower certainty, or any class.</EmptyNote>
                }
                foot={rows.length > 0 && <More of={query} count={rows.length} />}
              />
            </div>
          </div>
        );
      }}
    </FilteredView>
  );
}

interface Ranked {
  readonly recording: string;
  readonly location: string;
  readonly labels: number;
}

const columns: readonly Column<Ranked>[] = [
  { id: 'recording', header: 'Recording', isFixed: true, cell: ({ recording }) => <RecordingLink id={recording} /> },
  { id: 'location', header: 'Location', cell: ({ location }) => location },
  { id: 'labels', header: 'Labels', isNumeric: true, cell: ({ labels }) => formatCount(labels) },
];
