import { useTexts } from '../../shell/use-texts.js';
import { PageLink } from '../../ui/link.js';
import { QueryView } from '../../ui/query-view.js';
import type { ViewProps } from '../dataset/view.js';
import { NoRecordings } from './no-recordings.js';
import { FootageQuestion } from './questions/footage-question.js';
import { FramesQuestion } from './questions/frames-question.js';
import styles from './questions/questions.module.css';
import { RankingQuestion } from './questions/ranking-question.js';
import { StatsQuestion } from './questions/stats-question.js';
import { TopLabelsQuestion } from './questions/top-labels-question.js';
import type { QuestionProps } from './questions/use-question.js';
import { useChoices } from './use-recordings.js';

const questions: readonly {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly Question: (props: QuestionProps) => React.ReactNode;
}[] = [
  {
    name: 'frames',
    title: 'Frames that fit conditions',
    about: 'On what was measured in their second and on what was recognised; all of them have to hold.',
    Question: FramesQuestion,
  },
  {
    name: 'stats',
    title: 'Statistics of any metric',
    about: 'Count, extremes, mean, standard deviation and percentiles, of all values or by groups.',
    Question: StatsQuestion,
  },
  {
    name: 'footage',
    title: 'Metrics and labels along a footage',
    about: 'What was measured and recognised over the same points of time.',
    Question: FootageQuestion,
  },
  {
    name: 'top',
    title: 'Most certain labels of each recording',
    about: 'The classes with the highest certainty, each with the frame on which it was so certain.',
    Question: TopLabelsQuestion,
  },
  {
    name: 'ranking',
    title: 'Recordings with the most labels',
    about: 'Of labels that are at least so certain; of all classes or of one.',
    Question: RankingQuestion,
  },
];

/** What people ask about recordings, each as a form with its answer. Question and answer stand in the address. */
export function QuestionsView({ dataset }: ViewProps) {
  const [texts] = useTexts();
  const wanted = texts['question'] ?? (dataset.name === 'sensor' ? 'stats' : 'frames');
  const chosen = questions.find(({ name }) => name === wanted) ?? questions[0];
  return (
    <QueryView query={useChoices()} what="what can be asked">
      {(choices) =>
        choices.locations.length === 0 ? (
          <NoRecordings />
        ) : (
          <div className={styles['questions']}>
            <nav aria-label="Questions">
              <ul>
                {questions.map(({ name, title }) => (
                  <li key={name}>
                    <PageLink
                      to="."
                      search={{ view: texts['view'], question: name }}
                      className={styles['question'] ?? ''}
                      aria-current={name === chosen?.name ? 'true' : undefined}
                      underline="never"
                      size="sm"
                      resetScroll={false}
                    >
                      {title}
                    </PageLink>
                  </li>
                ))}
              </ul>
            </nav>
            {chosen && (
              <section className={styles['asking']} aria-label={chosen.title} key={chosen.name}>
                <h2>{chosen.title}</h2>
                <p className="dim">{chosen.about}</p>
                <chosen.Question choices={choices} />
              </section>
            )}
          </div>
        )
      }
    </QueryView>
  );
}
