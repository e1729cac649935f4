import { CopyText } from './json.js';
import styles from './run-id.module.css';
import { Tip } from './tip.js';

/** The beginning, which has the time and by which the search finds a run, and the end, by which runs of one moment differ. */
export const shortId = (id: string): string => `${id.slice(0, 8)}…${id.slice(-4)}`;

/** A run's id in short, and a button that copies the whole. */
export function RunId({ id }: { readonly id: string }) {
  return (
    <span className={styles['id']}>
      <Tip label={id}>
        <code>{shortId(id)}</code>
      </Tip>
      <span className={styles['copy']}>
        <CopyText text={id} what="the run’s id" />
      </span>
    </span>
  );
}
