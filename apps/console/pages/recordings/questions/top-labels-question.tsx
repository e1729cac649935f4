import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { call } from '../../../client/call.js';
import { getTopLabels } from '../../../generated/api.js';
import { formatShare } from '../../../ui/format.js';
import { EmptyNote } from '../../../ui/notes.js';
import { More } from '../../../ui/table/endless.js';
import { FilteredView } from '../../dataset/filtered-view.js';
import { formatSecond } from '../format-second.js';
import { FrameLink, RecordingLink } from '../links.js';
import pictures from '../recordings.module.css';
import { Thumbnail } from '../thumbnail.js';
import { ChoiceField, QuestionForm, TextField } from './question-form.js';
import styles from './questions.module.css';
import { type Answers, type QuestionProps, useQuestion } from './use-question.js';

const names = ['classes', 'location', 'recording'] as const;

/** Of each recording the classes with the highest certainty, with the frames on which they are so certain. */
export function TopLabelsQuestion({ choices }: QuestionProps) {
  const { draft, set, asked, isChanged, ask } = useQuestion(names);
  const isFine = /^([1-9]\d?|100)?$/.test(draft.classes);
  return (
    <>
      <QuestionForm
        isChanged={isChanged}
        onAsk={ask}
        missing={isFine ? undefined : 'The number of classes is a whole one from 1 to 100.'}
      >
        <TextField
          label="Classes of each"
          value={draft.classes}
          onChange={(value) => set('classes', value)}
          kind="number"
          hint="5"
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
      </QuestionForm>
      <TopLabels asked={asked} />
    </>
  );
}

function TopLabels({ asked }: { readonly asked: Answers<(typeof names)[number]> }) {
  const { classes, location, recording } = asked;
  const query = useInfiniteQuery({
    queryKey: ['recordings', 'top', asked],
    queryFn: ({ pageParam, signal }) =>
      call(
        getTopLabels(
          {
            ...(classes ? { classes: Number(classes) } : {}),
            ...(location ? { location } : {}),
            ...(recording ? { recording } : {}),
            limit: 20,
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
    <FilteredView query={query} what="the most certain labels">
      {({ pages }) => {
        const rows = pages.flatMap(({ items }) => items);
        if (rows.length === 0) return <EmptyNote title="No such recording has labels" />;
        return (
          <>
            {rows.map((row) => (
              <section key={row.recording} className={styles['drive']} aria-label={row.recording}>
                <h3>
                  <RecordingLink id={row.recording} /> <span className="dim">{row.location}</span>
                </h3>
                <div className={styles['strip']}>
                  {row.labels.map(({ label, certainty, footage, second }) => (
                    <FrameLink key={label} footage={footage} frame={second} className={pictures['picture']}>
                      <Thumbnail footage={footage} frame={second} alt={`Frame ${second} of ${footage}`} />
                      <span className={pictures['caption']}>
                        <b>
                          {label} {formatShare(certainty)}
                        </b>
                        <span className="dim">
                          {footage}, {formatSecond(second)}
                        </span>
                      </span>
                    </FrameLink>
                  ))}
                </div>
              </section>
            ))}
            <More of={query} count={rows.length} />
          </>
        );
      }}
    </FilteredView>
  );
}
