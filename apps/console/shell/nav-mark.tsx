import { useOverview } from '../client/overview.js';
import { countOf, formatShort } from '../ui/format.js';
import { isUnderWay } from '../uploads/upload-item.js';
import { useUploadItems } from '../uploads/use-uploads.js';
import styles from './nav-list.module.css';

/** Beside a page's name: how many things there ask for attention, or are under way. */
export function NavMark({ page }: { readonly page: string }) {
  const { data } = useOverview();
  const uploads = useUploadItems();
  const mark =
    page === '/quarantine'
      ? { count: data?.files?.['quarantined'] ?? 0, one: 'quarantined file', colour: 'var(--mr-bad)' }
      : page === '/runs'
        ? { count: data?.runs?.['running'] ?? 0, one: 'running run', colour: 'var(--mr-busy)' }
        : page === '/upload'
          ? { count: uploads.filter(isUnderWay).length, one: 'unsent file', colour: 'var(--mr-busy)' }
          : undefined;
  if (!mark || mark.count === 0) return null;
  return (
    <span className={styles['mark']} style={{ color: mark.colour }} title={countOf(mark.count, mark.one)}>
      {formatShort(mark.count)}
    </span>
  );
}
