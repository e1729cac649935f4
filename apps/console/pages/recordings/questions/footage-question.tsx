import { EmptyNote } from '../../../ui/notes.js';
import { QueryView } from '../../../ui/query-view.js';
import { FrameLink } from '../links.js';
import { Tracks } from '../tracks.js';
import { useFootageTimeline, useRecording, useRecordings } from '../use-recordings.js';
import { ChoiceField, ChoicesField, QuestionForm, TextField } from './question-form.js';
import styles from './questions.module.css';
import { type Answers, type QuestionProps, useQuestion } from './use-question.js';

const names = ['recording', 'footage', 'metric', 'label', 'fromSecond', 'toSecond'] as const;

/** Metrics and labels of one footage, those that are wanted. */
export function FootageQuestion({ choices }: QuestionProps) {
  const { draft, set, asked, isChanged, ask } = useQuestion(names);
  const recordings = useRecordings(undefined, 500).data?.pages.flatMap(({ items }) => items) ?? [];
  const footages = useRecording(draft.recording || undefined).data?.footages ?? [];
  return (
    <>
      <QuestionForm
        isChanged={isChanged}
        onAsk={ask}
        missing={draft.footage === '' ? 'Choose a recording and one of its footages.' : undefined}
      >
        <ChoiceField
          label="Recording"
          value={draft.recording}
          onChange={(value) => {
            set('recording', value);
            set('footage', '');
          }}
          options={recordings.map(({ id, location }) => ({ value: id, label: `${id}, ${location}` }))}
          none="choose one"
        />
        <ChoiceField
          label="Footage"
          value={draft.footage}
          onChange={(value) => set('footage', value)}
          options={
            draft.recording === '' ? [] : footages.map(({ id, footageType }) => ({ value: id, label: footageType }))
          }
          none="choose one"
        />
        <ChoicesField
          label="Metrics"
          value={draft.metric}
          onChange={(value) => set('metric', value)}
          options={choices.metrics.map(({ metric }) => metric)}
        />
        <ChoicesField
          label="Classes of labels"
          value={draft.label}
          onChange={(value) => set('label', value)}
          options={choices.labels.map(({ label }) => label)}
        />
        <TextField
          label="From second"
          value={draft.fromSecond}
          onChange={(value) => set('fromSecond', value)}
          kind="number"
          hint="the first"
          width={100}
        />
        <TextField
          label="To second"
          value={draft.toSecond}
          onChange={(value) => set('toSecond', value)}
          kind="number"
          hint="the last"
          width={100}
        />
      </QuestionForm>
      {asked.footage !== '' && <Along asked={asked} />}
    </>
  );
}

function Along({ asked }: { readonly asked: Answers<(typeof names)[number]> }) {
  const { footage, metric, label, fromSecond, toSecond } = asked;
  const query = useFootageTimeline(footage, {
    points: 400,
    ...(metric ? { metric } : {}),
    ...(label ? { label } : {}),
    ...(fromSecond ? { $from: Number(fromSecond) } : {}),
    ...(toSecond ? { to: Number(toSecond) } : {}),
  });
  return (
    <QueryView query={query} what="what was measured and recognised">
      {(timeline) =>
        timeline.axis === null ? (
          <EmptyNote title="Nothing was measured or recognised here">
            Ask for other metrics, labels or seconds.
          </EmptyNote>
        ) : (
          <div className={styles['answer']}>
            <Tracks title={`Along ${footage}`} timeline={timeline} />
            <FrameLink footage={footage} frame={timeline.axis.from}>
              Look at its frames
            </FrameLink>
          </div>
        )
      }
    </QueryView>
  );
}
