import type { Schedule } from '../../generated/api.js';
import { formatShort } from '../../ui/format.js';

/** What did not become runs: `3 missed, 1 failed`; undefined for nothing. */
export function unfiredWords({ missed, skipped, failed }: Schedule['unfired']): string | undefined {
  const parts = [
    missed === null ? 'more than 10,000 missed' : missed > 0 ? `${formatShort(missed)} missed` : undefined,
    skipped > 0 ? `${formatShort(skipped)} skipped` : undefined,
    failed > 0 ? `${formatShort(failed)} failed` : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}
