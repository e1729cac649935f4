import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { call } from '../../../client/call.js';
import { getSensorStats } from '../../../generated/api.js';
import { EmptyNote } from '../../../ui/notes.js';
import { DataTable } from '../../../ui/table/data-table.js';
import { More } from '../../../ui/table/endless.js';
import { FilteredView } from '../../dataset/filtered-view.js';
import { ChoiceField, ChoicesField, QuestionForm, TextField } from './question-form.js';
import styles from './questions.module.css';
import { StatsChart } from './stats-chart.js';
import { keyOf, statsColumns } from './stats-columns.js';
import { type Answers, type QuestionProps, useQuestion } from './use-question.js';

const names = [
  ...(['metric', 'groupBy', 'bucket', 'percentiles', 'location', 'recording'] as const),
  ...(['fromDay', 'toDay', 'minValue', 'maxValue'] as const),
] as const;
type Asked = Answers<(typeof names)[number]>;

/** Figures about sensor values, by group. Until something else is asked, those of each metric. */
export function StatsQuestion({ choices }: QuestionProps) {
  const { draft, set, asked, isChanged, ask } = useQuestion(names);
  const isFine = /^(\d{1,3}(\.\d+)?( *, *\d{1,3}(\.\d+)?)*)?$/.test(draft.percentiles.trim());
  return (
    <>
      <QuestionForm
        isChanged={isChanged}
        onAsk={ask}
        missing={isFine ? undefined : 'Percentiles are numbers from 0 to 100 with commas between them: 50,95,99.'}
      >
        <ChoicesField
          label="Metrics"
          value={draft.metric}
          onChange={(value) => set('metric', value)}
          options={choices.metrics.map(({ metric }) => metric)}
        />
        <ChoicesField
          label="By"
          value={draft.groupBy}
          onChange={(value) => set('groupBy', value)}
          options={['recording', 'location', 'metric', 'bucket']}
          none="metric"
        />
        {draft.groupBy.split(',').includes('bucket') && (
          <ChoiceField
            label="Bucket of time (UTC)"
            value={draft.bucket}
            onChange={(value) => set('bucket', value)}
            options={buckets}
            none="hour"
          />
        )}
        <TextField
          label="Percentiles"
          value={draft.percentiles}
          onChange={(value) => set('percentiles', value)}
          hint="50,95,99"
        />
        <ChoiceField
          label="Location"
          value={draft.location}
          onChange={(value) => set('location', value)}
          options={choices.locations.map(({ location }) => location)}
        />
        <TextField
          label="Recording"
          value={draft.recording}
          onChange={(value) => set('recording', value)}
          hint="its whole id"
          width={170}
        />
        <TextField
          label="From day (UTC)"
          value={draft.fromDay}
          onChange={(value) => set('fromDay', value)}
          kind="date"
        />
        <TextField label="To day (UTC)" value={draft.toDay} onChange={(value) => set('toDay', value)} kind="date" />
        <TextField
          label="Values of at least"
          value={draft.minValue}
          onChange={(value) => set('minValue', value)}
          kind="number"
        />
        <TextField
          label="Values of at most"
          value={draft.maxValue}
          onChange={(value) => set('maxValue', value)}
          kind="number"
        />
      </QuestionForm>
      <Stats asked={asked} />
    </>
  );
}

function Stats({ asked }: { readonly asked: Asked }) {
  const groupBy = asked.groupBy || 'metric';
  const query = useInfiniteQuery({
    queryKey: ['recordings', 'stats', asked],
    queryFn: ({ pageParam, signal }) =>
      call(
        getSensorStats(
          { ...paramsOf(asked), groupBy, limit: 200, ...(pageParam === '' ? {} : { cursor: pageParam }) },
          { signal },
        ),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    // Percentiles read each value: they are asked by a person, not by each load.
    staleTime: 60_000,
  });
  return (
    <FilteredView query={query} what="the figures">
      {({ pages }) => {
        const groups = pages.flatMap(({ items }) => items);
        if (groups.length === 0) {
          return <EmptyNote title="There is no such value">Take one of the limits away, and ask again.</EmptyNote>;
        }
        return (
          <div className={styles['answer']}>
            <StatsChart groups={groups} />
            <div>
              <DataTable
                label="Figures of sensor values"
                columns={statsColumns(groups)}
                rows={groups}
                idOf={keyOf}
                empty={null}
                foot={<More of={query} count={groups.length} />}
              />
            </div>
          </div>
        );
      }}
    </FilteredView>
  );
}

const buckets = ['minute', 'hour', 'day'] as const;

function bucketOf(text: string): { readonly bucket?: (typeof buckets)[number] } {
  const bucket = buckets.find((each) => each === text);
  return bucket === undefined ? {} : { bucket };
}

/** Fields that were left empty are not asked for. */
function paramsOf({ metric, bucket, percentiles, location, recording, fromDay, toDay, minValue, maxValue }: Asked) {
  return {
    ...(metric ? { metric } : {}),
    ...bucketOf(bucket),
    ...(percentiles ? { percentiles: percentiles.replaceAll(' ', '') } : {}),
    ...(location ? { location } : {}),
    ...(recording ? { recording } : {}),
    ...(fromDay ? { $from: fromDay } : {}),
    ...(toDay ? { to: toDay } : {}),
    ...(minValue ? { minValue: Number(minValue) } : {}),
    ...(maxValue ? { maxValue: Number(maxValue) } : {}),
  };
}
