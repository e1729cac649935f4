import { NativeSelect, Select } from '@mantine/core';
import { useTexts } from '../../shell/use-texts.js';
import { Facts } from '../../ui/facts.js';
import { countOf, formatCount, formatRate } from '../../ui/format.js';
import { ButtonLink, PageLink } from '../../ui/link.js';
import { EmptyNote } from '../../ui/notes.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { StateBadge } from '../../ui/state-badge.js';
import { More } from '../../ui/table/endless.js';
import { formatInstant } from '../../ui/time-words.js';
import styles from './compare.module.css';
import { type ComparisonSummary, sideWords } from './comparison-summary.js';
import { CountsMatrix } from './counts-matrix.js';
import { DifferenceCard } from './difference-card.js';
import { type Comparison, type DifferenceFilter, useComparisons, useDifferences } from './use-comparisons.js';

/** What two models, or one at two thresholds, find in the same pictures. */
export function CompareView() {
  const [texts, change] = useTexts();
  const { runs, comparisons } = useComparisons();
  const wanted = texts['comparison'];
  const chosen =
    comparisons.find(({ runId }) => runId === wanted) ??
    (wanted === undefined ? (comparisons.find(({ state }) => state === 'succeeded') ?? comparisons[0]) : undefined);
  const start = (
    <ButtonLink to="/tasks/$name" params={{ name: 'compare-face-models' }} size="xs">
      New comparison
    </ButtonLink>
  );
  return (
    <QueryView query={runs} what="the comparisons">
      {() =>
        comparisons.length === 0 && wanted === undefined ? (
          <EmptyNote title="No models have been compared yet">
            <p>
              The task looks at loaded pictures with two models, or with one at two thresholds, and leaves the stored
              results as they are.
            </p>
            {start}
          </EmptyNote>
        ) : (
          <>
            <div className={styles['top']}>
              <Select
                label="Comparison"
                size="xs"
                w={420}
                maw="100%"
                allowDeselect={false}
                data={comparisons.map((each) => ({ value: each.runId, label: wordsOf(each) }))}
                value={chosen?.runId ?? wanted ?? null}
                onChange={(comparison) =>
                  change({
                    comparison: comparison ?? undefined,
                    facesA: undefined,
                    facesB: undefined,
                    onlyIn: undefined,
                  })
                }
              />
              {start}
              {chosen && (
                <span className={styles['run']}>
                  <PageLink to="/runs/$id" params={{ id: chosen.runId }} size="sm">
                    Its run
                  </PageLink>
                  <StateBadge kind="run" state={chosen.state} />
                </span>
              )}
            </div>
            <Found key={chosen?.runId ?? wanted} runId={chosen?.runId ?? wanted ?? ''} />
          </>
        )
      }
    </QueryView>
  );
}

const wordsOf = ({ at, state, summary }: Comparison): string =>
  `${summary ? `${sideWords(summary.a)} with ${sideWords(summary.b)}` : state} · ${formatInstant(at).replace(/ \(.*/, '')}`;

function Found({ runId }: { readonly runId: string }) {
  const [texts, change] = useTexts();
  const pair = { a: readCount(texts['facesA']), b: readCount(texts['facesB']) };
  const onlyIn = texts['onlyIn'] === 'a' || texts['onlyIn'] === 'b' ? texts['onlyIn'] : undefined;
  const filter: DifferenceFilter = {
    ...(pair.a !== undefined && { facesA: pair.a }),
    ...(pair.b !== undefined && { facesB: pair.b }),
    ...(onlyIn && { onlyIn }),
  };
  const { comparisons } = useComparisons();
  const comparison = comparisons.find((each) => each.runId === runId);
  // One that is too old to be offered has ended long ago.
  const hasSucceeded = comparison === undefined || comparison.state === 'succeeded';
  const pages = useDifferences(runId, filter, hasSucceeded);
  const isNarrowed = Object.keys(filter).length > 0;
  const summary = comparison?.summary;
  if (!hasSucceeded)
    return (
      <EmptyNote title={`This comparison is ${comparison.state}`}>
        There are pictures once it has succeeded. Its run says how far it is.
      </EmptyNote>
    );
  return (
    <div className={styles['parts']}>
      {summary && (
        <>
          <Panel title="How far they agree">
            <Figures summary={summary} />
          </Panel>
          <Panel title="How often one number of faces became another">
            <CountsMatrix
              summary={summary}
              chosen={pair}
              onChoose={(next) =>
                change({ facesA: next && String(next.a), facesB: next && String(next.b), onlyIn: undefined })
              }
            />
          </Panel>
        </>
      )}
      <Panel
        title={
          pair.a === undefined || pair.b === undefined
            ? 'Pictures on which they differ'
            : `Pictures with ${countOf(pair.a, 'face')} in a and ${pair.b} in b on which they differ`
        }
        side={
          <NativeSelect
            size="xs"
            aria-label="Which of them"
            data={[
              { value: '', label: 'All of them' },
              { value: 'a', label: 'with faces that a alone found' },
              { value: 'b', label: 'with faces that b alone found' },
            ]}
            value={onlyIn ?? ''}
            onChange={(event) => change({ onlyIn: event.currentTarget.value })}
          />
        }
      >
        <QueryView query={pages} what="the pictures">
          {({ pages: read }) => {
            const images = read.flatMap(({ items }) => items);
            return images.length === 0 ? (
              <EmptyNote title={isNarrowed ? 'None of these differ' : 'They differ on no picture'}>
                {isNarrowed &&
                  'Both models found the same faces in them: pictures are listed here only where one found a face that the other did not.'}
              </EmptyNote>
            ) : (
              <>
                <ul className={styles['list']} aria-label="Pictures on which they differ">
                  {images.map((image) => (
                    <DifferenceCard key={image.fileId} image={image} />
                  ))}
                </ul>
                <More of={pages} count={images.length} />
              </>
            );
          }}
        </QueryView>
      </Panel>
    </div>
  );
}

function Figures({ summary }: { readonly summary: ComparisonSummary }) {
  return (
    <Facts
      of={{
        'a is': sideWords(summary.a),
        'b is': sideWords(summary.b),
        'Pictures compared': formatCount(summary.compared),
        'With the same number of faces': `${summary.agreement} %`,
        'Mean difference in faces, b − a': formatRate(summary.meanDifference),
        'Mean absolute difference': formatRate(summary.mae),
        'Faces that both found': formatCount(summary.matched),
        'Faces that a alone found': formatCount(summary.onlyInA),
        'Faces that b alone found': formatCount(summary.onlyInB),
        'Pictures with a face that only one found': formatCount(summary.differing),
        'Could not be looked at': summary.failed === 0 ? undefined : formatCount(summary.failed),
      }}
    />
  );
}

const readCount = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
