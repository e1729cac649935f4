import { IconHelpCircle } from '@tabler/icons-react';
import type { DatasetRow } from '../../generated/api.js';
import { PageLink } from '../../ui/link.js';
import { Tip } from '../../ui/tip.js';
import styles from './dataset.module.css';

/** The file of a row, and "Why is this row here?", whose address can be sent to somebody. */
export function RowLink({ row: { fileId, ordinal } }: { readonly row: DatasetRow }) {
  return (
    <span className={styles['origin']}>
      <Tip label="Why is this row here?">
        <PageLink
          to="."
          search={(texts) => ({ ...texts, row: `${fileId}.${ordinal}` })}
          resetScroll={false}
          className={styles['why'] ?? ''}
          aria-label={`Why is row ${ordinal} of file ${fileId} here?`}
        >
          <IconHelpCircle size={16} aria-hidden />
        </PageLink>
      </Tip>
      <span className={styles['line']}>
        <PageLink to="/files/$id" params={{ id: fileId }} inherit underline="always" aria-label={`File ${fileId}`}>
          {fileId}
        </PageLink>{' '}
        : {ordinal}
      </span>
    </span>
  );
}
