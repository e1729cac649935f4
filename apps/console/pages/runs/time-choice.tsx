import { SegmentedControl } from '@mantine/core';
import type { Texts } from '../../shell/search-text.js';
import styles from './runs-page.module.css';

const choices = [
  { value: '1h', label: 'Last hour' },
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
  { value: '', label: 'All' },
];

/** Quick choices of time; the exact ones are among the filters. */
export function TimeChoice({ texts, onChange }: { readonly texts: Texts; onChange(change: Texts): void }) {
  const hasOwn = Boolean(texts['from'] || texts['to']) && !texts['since'];
  return (
    <div className={styles['windows']}>
      <SegmentedControl
        size="xs"
        aria-label="Recorded within"
        data={hasOwn ? [...choices, { value: 'own', label: 'Own times' }] : choices}
        value={hasOwn ? 'own' : (texts['since'] ?? '')}
        onChange={(since) => since !== 'own' && onChange({ since: since || undefined, from: undefined, to: undefined })}
      />
    </div>
  );
}
