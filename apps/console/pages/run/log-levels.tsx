import { Anchor, Text } from '@mantine/core';
import type { RunLogCounts } from '../../generated/api.js';
import { countOf, formatCount, formatShort } from '../../ui/format.js';
import styles from './log.module.css';

export const levels = ['debug', 'info', 'warn', 'error'] as const;

export interface LogLevelsProps {
  /** Undefined: all levels are shown. */
  readonly chosen: readonly string[] | undefined;
  /** Of all levels; undefined until they are known. */
  readonly counts: RunLogCounts | undefined;
  onChange(chosen: readonly string[] | undefined): void;
}

const countIn = (counts: RunLogCounts | undefined, level: string): number =>
  counts?.groups.filter((group) => group.level === level).reduce((sum, { count }) => sum + count, 0) ?? 0;

/** Which levels of lines are shown. */
export function LogLevels({ chosen, counts, onChange }: LogLevelsProps) {
  const toggle = (level: string): void => {
    const now = chosen ?? levels;
    const next = now.includes(level) ? now.filter((each) => each !== level) : [...now, level];
    const ordered = levels.filter((each) => next.includes(each));
    onChange(ordered.length === levels.length || ordered.length === 0 ? undefined : ordered);
  };
  return (
    <fieldset className={styles['levels']} aria-label="Levels of lines">
      {levels.map((level) => (
        <button
          key={level}
          type="button"
          className={styles['level']}
          data-level={level}
          aria-pressed={chosen === undefined || chosen.includes(level)}
          onClick={() => toggle(level)}
        >
          {level} <span className="dim">{counts ? formatShort(countIn(counts, level)) : '…'}</span>
        </button>
      ))}
    </fieldset>
  );
}

/** In words, how much of the log the choice of levels hides: a filter that is forgotten must not look like an empty log. */
export function HiddenLines({ chosen, counts, onChange }: LogLevelsProps) {
  if (chosen === undefined || !counts) return null;
  const hidden = levels
    .filter((level) => !chosen.includes(level))
    .map((level) => ({ level, count: countIn(counts, level) }));
  const total = hidden.reduce((sum, { count }) => sum + count, 0);
  return (
    <Text size="sm" role="status" className={styles['hidden']}>
      Only {chosen.join(' and ')} {chosen.length === 1 ? 'is' : 'are'} shown;{' '}
      <b>
        {countOf(total, 'line')} {total === 1 ? 'is' : 'are'} hidden
      </b>
      {counts.isComplete ? '' : ', at least'}
      {total > 0 && ` (${hidden.map(({ level, count }) => `${formatCount(count)} ${level}`).join(', ')})`}.{' '}
      <Anchor component="button" type="button" size="sm" onClick={() => onChange(undefined)}>
        Show all levels
      </Anchor>
    </Text>
  );
}
