import { Text, Title } from '@mantine/core';
import { ProblemNote } from '../../ui/notes.js';
import { ruleWords } from './rule-words.js';
import type { RuleRequest } from './schedule-draft.js';
import type { RulePreviewState } from './use-rule-preview.js';
import { ZoneTimes } from './zone-times.js';

export interface RulePreviewProps {
  readonly rule: RuleRequest | undefined;
  readonly preview: RulePreviewState;
}

/** The next ten times of the rule that is being written. */
export function RulePreview({ rule, preview: { next, timezone, isOld, error, faults } }: RulePreviewProps) {
  const words = rule && ruleWords({ cron: rule.cron ?? null, everyMs: rule.everyMs ?? null, timezone });
  return (
    <section aria-label="Its next times" aria-live="polite" aria-busy={isOld}>
      <Title order={3} mb={4}>
        Next times
      </Title>
      {next !== undefined && words !== undefined && words !== rule?.cron && <Text size="sm">{words}</Text>}
      {error !== undefined && <ProblemNote error={error} />}
      {next !== undefined && next.length > 0 ? (
        <div style={{ opacity: isOld ? 0.6 : 1 }}>
          <ZoneTimes times={next} timezone={timezone} />
        </div>
      ) : (
        <Text size="sm" c="dimmed" mt={6}>
          {Object.keys(faults).length > 0
            ? 'There are none: see what is wrong with the rule.'
            : rule === undefined
              ? 'Write when it fires.'
              : next !== undefined
                ? 'There are none: no time to come fits the rule.'
                : error === undefined && 'Looking …'}
        </Text>
      )}
    </section>
  );
}
