import { Progress, Text } from '@mantine/core';
import type { RunDetail } from '../../generated/api.js';
import { formatCount, formatDuration } from '../../ui/format.js';
import { CodeText, Json } from '../../ui/json.js';
import { Panel } from '../../ui/panel.js';
import { AttemptsPanel } from './attempts-panel.js';
import { FilesPanel } from './files-panel.js';
import styles from './run.module.css';
import { codeOf, messageOf, nameOf, restOf, stackOf } from './run-error.js';
import { RunFacts } from './run-facts.js';
import { StepsPanel } from './steps-panel.js';
import { hasEnded } from './use-run.js';

/** What a run is, what came of it, what it was given, who worked on it. */
export function OverviewTab({ run, progress }: { readonly run: RunDetail; readonly progress: RunDetail['progress'] }) {
  return (
    <div className={styles['stack']}>
      {progress !== null && <RunProgressBar run={run} progress={progress} />}
      {run.error !== null && run.error !== undefined && <ErrorPanel error={run.error} />}
      <Panel title="Facts">
        <RunFacts run={run} />
      </Panel>
      <div className={styles['columns']}>
        <Panel title="Input">
          <Json value={run.input} label="the input" />
        </Panel>
        <Panel title="Output">
          {run.output === null || run.output === undefined ? (
            <Text size="sm" c="dimmed">
              {noOutputWords(run.state)}
            </Text>
          ) : (
            <Json value={run.output} label="the output" />
          )}
        </Panel>
      </div>
      <AttemptsPanel run={run} />
      <FilesPanel run={run} />
      <StepsPanel run={run} />
    </div>
  );
}

function noOutputWords(state: RunDetail['state']): string {
  if (state === 'succeeded') return 'It returned nothing.';
  return hasEnded(state) ? 'There is none, since it did not succeed.' : 'There is none until it has succeeded.';
}

interface RunProgressBarProps {
  readonly run: RunDetail;
  readonly progress: NonNullable<RunDetail['progress']>;
}

function RunProgressBar({ run, progress: { done, total } }: RunProgressBarProps) {
  const share = total === null ? undefined : Math.min(1, done / Math.max(total, 1));
  // Its rate is that of the attempt that is under way: those before it, and the waits between them, say nothing of it.
  const begun = run.state === 'running' ? run.attempts.at(-1)?.startedAt : undefined;
  const ran = begun === undefined ? undefined : Date.now() - Date.parse(begun);
  return (
    <Panel title="Progress">
      {share !== undefined && <Progress value={share * 100} mb={6} aria-label="How far the run is" />}
      <Text size="sm">
        {formatCount(done)}
        {total !== null && ` of ${formatCount(total)} (${Math.floor((share ?? 0) * 100)} %)`}
        {share !== undefined && share > 0.02 && share < 1 && ran !== undefined && (
          <span className="dim"> · at this rate about {formatDuration((ran / share) * (1 - share))} more</span>
        )}
      </Text>
    </Panel>
  );
}

function ErrorPanel({ error }: { readonly error: unknown }) {
  const stack = stackOf(error);
  const rest = restOf(error);
  const message = messageOf(error);
  return (
    <Panel title={['Error', nameOf(error), codeOf(error)].filter(Boolean).join(' · ')}>
      {message === undefined ? (
        <Json value={error} label="the error" />
      ) : (
        <CodeText text={stack ?? message} label="the error" />
      )}
      {message !== undefined && rest !== undefined && <Json value={rest} label="more of the error" />}
    </Panel>
  );
}
