import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { ApiProblem } from '../../client/problem.js';
import { previewSchedule } from '../../generated/api.js';
import type { RuleRequest } from './schedule-draft.js';

/** How long after the last letter a rule is tried. */
const typingMs = 250;

/** What a rule comes to. */
export interface RulePreviewState {
  /** Undefined until there is an answer, and while the rule is wrong. */
  readonly next: readonly string[] | undefined;
  /** The zone of the rule that these are the times of. */
  readonly timezone: string;
  /** They are those of the rule of a moment ago. */
  readonly isOld: boolean;
  /** What is wrong with the rule, by its fields. */
  readonly faults: Readonly<Partial<Record<string, string>>>;
  /** Why it cannot be tried at all. */
  readonly error: unknown;
}

/** The next times of a rule as it is typed, and what is wrong with it. */
export function useRulePreview(rule: RuleRequest | undefined): RulePreviewState {
  const key = JSON.stringify(rule);
  const [settled] = useDebouncedValue(key, typingMs);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['schedule-preview', settled],
    queryFn: async ({ signal }) => {
      const tried: RuleRequest = JSON.parse(settled ?? '{}');
      const { next } = await call(previewSchedule(tried, { signal }));
      return { next, timezone: tried.timezone ?? 'UTC' };
    },
    enabled: settled !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const timezone = data?.timezone ?? 'UTC';
  const isOld = isPlaceholderData || settled !== key;
  if (rule === undefined) return { next: undefined, timezone, isOld, faults: {}, error: undefined };
  const isFault = error instanceof ApiProblem && error.status === 422;
  return {
    next: error === null ? data?.next : undefined,
    timezone,
    isOld,
    // While one types on, the fault of before says nothing about what stands there now.
    faults: isFault && settled === key ? Object.fromEntries(error.faults.map((each) => [each.path, each.message])) : {},
    error: error !== null && !isFault ? error : undefined,
  };
}
