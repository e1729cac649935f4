import { Button, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { useNow } from '../../ui/use-now.js';
import { type ScheduleDraft, type Unit, units } from './schedule-draft.js';
import styles from './schedule-form.module.css';
import { allZones, clockIn, offsetIn } from './zone-words.js';

export interface RuleFieldsProps {
  readonly draft: ScheduleDraft;
  onChange(change: Partial<ScheduleDraft>): void;
  faultOf(field: 'cron' | 'everyMs' | 'timezone'): string | undefined;
}

/** Rules that many need; a click writes one. */
const common = [
  ['Every hour', '0 * * * *'],
  ['Every day', '0 1 * * *'],
  ['Working days', '0 8 * * 1-5'],
  ['Every Monday', '0 1 * * 1'],
  ['First of the month', '0 1 1 * *'],
] as const;

const isUnit = (text: string | null): text is Unit => text !== null && text in units;

/** When it fires: at times of a cron expression in a zone, or at intervals. */
export function RuleFields({ draft, onChange, faultOf }: RuleFieldsProps) {
  const now = useNow();
  const zones = useMemo(() => [...new Set([draft.timezone, ...allZones()])], [draft.timezone]);
  return (
    <Stack gap={8}>
      <SegmentedControl
        aria-label="Kind of rule"
        value={draft.kind}
        onChange={(kind) => onChange({ kind: kind === 'every' ? 'every' : 'cron' })}
        data={[
          { value: 'cron', label: 'At times of the clock' },
          { value: 'every', label: 'At intervals' },
        ]}
      />
      {draft.kind === 'cron' ? (
        <>
          <div className={styles['pair']}>
            <TextInput
              label="Cron expression"
              description="Minute, hour, day of the month, month, day of the week"
              value={draft.cron}
              onChange={(event) => onChange({ cron: event.currentTarget.value })}
              error={faultOf('cron')}
              styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
              autoComplete="off"
              spellCheck={false}
            />
            <Select
              label="Time zone"
              description={`Now ${clockIn(draft.timezone, new Date(now - (now % 60_000)).toISOString())} there, ${offsetIn(draft.timezone, now)}`}
              searchable
              data={zones}
              limit={60}
              value={draft.timezone}
              onChange={(chosen) => onChange({ timezone: chosen ?? draft.timezone })}
              error={faultOf('timezone')}
              nothingFoundMessage="No zone has such a name"
            />
          </div>
          <div className={styles['common']}>
            {common.map(([label, cron]) => (
              <Button key={cron} variant="default" size="compact-xs" onClick={() => onChange({ cron })}>
                {label}
              </Button>
            ))}
          </div>
        </>
      ) : (
        <>
          <div className={styles['interval']}>
            <TextInput
              label="Every"
              inputMode="decimal"
              value={draft.every}
              onChange={(event) => onChange({ every: event.currentTarget.value })}
              error={Number.isFinite(Number(draft.every)) ? faultOf('everyMs') : 'must be a number'}
              autoComplete="off"
            />
            <Select
              label="Unit"
              data={Object.keys(units)}
              value={draft.unit}
              allowDeselect={false}
              onChange={(unit) => isUnit(unit) && onChange({ unit })}
            />
          </div>
          <Text size="xs" c="dimmed">
            Slots are the multiples of it since 1970-01-01, 00:00 UTC, so they never drift. An interval knows no zones.
          </Text>
        </>
      )}
    </Stack>
  );
}
