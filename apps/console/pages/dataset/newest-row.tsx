import { Time } from '../../ui/time.js';
import styles from './dataset.module.css';

/** The greatest time of a dataset's rows: an instant, or what a clock without a zone said. */
export function NewestRow({ at }: { readonly at: string }) {
  return at.endsWith('Z') ? (
    <Time at={at} />
  ) : (
    <span className={styles['line']}>
      {at
        .replace('T', ' ')
        .replace(/(\.0+)$/, '')
        .replace(/ 00:00:00$/, '')}
    </span>
  );
}
