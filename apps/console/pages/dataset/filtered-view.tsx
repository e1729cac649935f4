import { QueryView, type QueryViewProps } from '../../ui/query-view.js';
import styles from './dataset.module.css';

/** What a query with filters has read. While it reads for other filters, what it read before stays, and is seen to be old. */
export function FilteredView<T>(props: QueryViewProps<T>) {
  const { isPlaceholderData } = props.query;
  return (
    <div aria-busy={isPlaceholderData} data-old={isPlaceholderData || undefined} className={styles['filtered']}>
      <QueryView {...props} />
    </div>
  );
}
