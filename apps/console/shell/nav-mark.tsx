import { useOverview } from '../client/overview.js';
import { formatShort } from '../ui/format.js';
import { isUnderWay } from '../uploads/upload-item.js';
import { useUploadItems } from '../uploads/use-uploads.js';
import styles from './nav-list.module.css';

/** Beside a page's name: how many things there ask for attention, or are under way. */
export function NavMark({ page }: { readonly page: string }) {
  const { data } = useOverview();
  const uploads = useUploadItems();
  const mark =
    page === '/quarantine'
      ? { count: data?.files?.['quarantined'] ?? 0, words: 'quarantined files', colour: 'var(--mr-bad)' }
      : page === '/runs'
        ? { count: data?.runs?.['running'] ?? 0, words: 'runs are under way', colour: 'var(--mr-busy)' }
        : page === '/upload'
          ? { count: uploads.filter(isUnderWay).length, words: 'files are being sent', colour: 'var(--mr-busy)' }
          : undefined;
  if (!mark || mark.count === 0) return null;
  return (
    <span className={styles['mark']} style={{ color: mark.colour }} title={`${mark.count} ${mark.words}`}>
      {formatShort(mark.count)}
    </span>
  );
}
