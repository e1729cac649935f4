import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { call } from '../../../client/call.js';
import { findFrames } from '../../../generated/api.js';
import { countOf, formatRate, formatShare } from '../../../ui/format.js';
import { EmptyNote } from '../../../ui/notes.js';
import { More } from '../../../ui/table/endless.js';
import { FilteredView } from '../../dataset/filtered-view.js';
import { formatSecond } from '../format-second.js';
import { FrameLink } from '../links.js';
import pictures from '../recordings.module.css';
import { Thumbnail } from '../thumbnail.js';
import { ConditionRows } from './condition-rows.js';
import { areWhole, parseConditions } from './conditions.js';
import { ChoiceField, QuestionForm, TextField } from './question-form.js';
import styles from './questions.module.css';
import { type Answers, type QuestionProps, useQuestion } from './use-question.js';

const names = ['metrics', 'labels', 'location', 'footageType', 'recording'] as const;
type Asked = Answers<(typeof names)[number]>;

/** Frames in whose second metrics and labels fit conditions, as pictures that lead to them. */
export function FramesQuestion({ choices }: QuestionProps) {
  const { draft, set, asked, isChanged, ask } = useQuestion(names);
  const whole = areWhole([...parseConditions(draft.metrics), ...parseConditions(draft.labels)]);
  const hasAny = draft.metrics !== '' || draft.labels !== '';
  const metricOf = (name: string) => choices.metrics.find(({ metric }) => metric === name);
  return (
    <>
      <QuestionForm
        isChanged={isChanged}
        onAsk={ask}
        missing={hasAny ? (whole ? undefined : 'Each condition needs a name and a number.') : 'Add a condition to ask.'}
      >
        <div className={styles['conditions']}>
          <ConditionRows
            what="metric"
            legend="Measured"
            value={draft.metrics}
            onChange={(value) => set('metrics', value)}
            options={choices.metrics.map(({ metric }) => metric)}
            adviceOf={(name) => {
              const found = metricOf(name);
              return found ? `${formatRate(found.min)} to ${formatRate(found.max)}` : 'number';
            }}
            initial=""
          />
          <ConditionRows
            what="label"
            legend="Recognised, how certain (0 to 1)"
            value={draft.labels}
            onChange={(value) => set('labels', value)}
            options={choices.labels.map(({ label }) => label)}
            adviceOf={() => '0 to 1'}
            initial="0.6"
          />
        </div>
        <ChoiceField
          label="Location"
          value={draft.location}
          onChange={(value) => set('location', value)}
          options={choices.locations.map(({ location }) => location)}
        />
        <ChoiceField
          label="Camera"
          value={draft.footageType}
          onChange={(value) => set('footageType', value)}
          options={choices.footageTypes.map(({ footageType }) => footageType)}
        />
        <TextField
          label="Recording"
          value={draft.recording}
          onChange={(value) => set('recording', value)}
          hint="its whole id"
          width={170}
        />
      </QuestionForm>
      {asked.metrics === '' && asked.labels === '' ? (
        <EmptyNote title="Which frames do you look for?">
          Add conditions above, for example a metric of more than a number and a label that is at least so certain, and
          ask.
        </EmptyNote>
      ) : (
        <Frames asked={asked} />
      )}
    </>
  );
}

function Frames({ asked }: { readonly asked: Asked }) {
  const { metrics, labels, location, footageType, recording } = asked;
  const query = useInfiniteQuery({
    queryKey: ['recordings', 'frames', asked],
    queryFn: ({ pageParam, signal }) =>
      call(
        findFrames(
          {
            ...(metrics ? { metrics } : {}),
            ...(labels ? { labels } : {}),
            ...(location ? { location } : {}),
            ...(footageType ? { footageType } : {}),
            ...(recording ? { recording } : {}),
            limit: 48,
            ...(pageParam === '' ? {} : { cursor: pageParam }),
          },
          { signal },
        ),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    // Searches may read much: they are asked by a person, not by each load.
    staleTime: 60_000,
  });
  return (
    <FilteredView query={query} what="the frames that fit">
      {({ pages }) => {
        const frames = pages.flatMap(({ items }) => items);
        if (frames.length === 0) {
          return (
            <EmptyNote title="No frame fits all of these conditions">Loosen one of them, and ask again.</EmptyNote>
          );
        }
        return (
          <section aria-label="Frames that fit">
            <p className={pictures['about']} role="status">
              {query.hasNextPage ? `The first ${countOf(frames.length, 'frame')}` : countOf(frames.length, 'frame')}{' '}
              that fit
            </p>
            <div className={pictures['gallery']}>
              {frames.map(({ footage, index, footageType: camera, location, recording: drive, ...found }) => (
                <FrameLink key={`${footage} ${index}`} footage={footage} frame={index} className={pictures['picture']}>
                  <Thumbnail footage={footage} frame={index} alt={`Frame ${index} of ${footage}`} />
                  <span className={pictures['caption']}>
                    <b>{drive}</b>
                    <span className="dim">
                      {location}, {camera}, {formatSecond(index)}
                    </span>
                    <span>
                      {[
                        ...found.metrics.map(({ metric, value }) => `${metric} ${formatRate(value)}`),
                        ...found.labels.map(({ label, certainty }) => `${label} ${formatShare(certainty)}`),
                      ].join(' · ')}
                    </span>
                  </span>
                </FrameLink>
              ))}
            </div>
            <More of={query} count={frames.length} />
          </section>
        );
      }}
    </FilteredView>
  );
}
