import styles from './search-box.module.css';

export interface SearchNotesProps {
  readonly text: string;
  /** What was typed has been looked for. */
  readonly isFound: boolean;
  /** It could not be looked for, which stands above already. */
  readonly hasFailed: boolean;
  readonly hits: number;
  readonly hasRecent: boolean;
}

/** Says to all what came of the search, and to whom nothing was found how it looks. */
export function SearchNotes({ text, isFound, hasFailed, hits, hasRecent }: SearchNotesProps) {
  const words =
    text === '' || hasFailed ? '' : !isFound ? 'Searching …' : hits === 0 ? 'Nothing was found' : `${hits} found`;
  return (
    <>
      <p role="status" className={isFound && hits === 0 ? styles['nothing'] : styles['hidden']}>
        {words}
      </p>
      {((isFound && hits === 0) || (text === '' && !hasRecent)) && (
        <ul className={styles['how']} aria-label="How the search looks">
          <li>
            <b>Runs</b> by id (six digits or more of its beginning), idempotency key, task, or the value of a label
          </li>
          <li>
            <b>Files</b> by id, the whole path, or the beginning of the name
          </li>
          <li>
            <b>Tasks, datasets, schedules</b> by words of their name, <b>workers</b> by id or host
          </li>
        </ul>
      )}
    </>
  );
}

/** Which keys do what. */
export function SearchFoot() {
  return (
    <div className={styles['foot']}>
      <span>
        <kbd>↑</kbd> <kbd>↓</kbd> choose
      </span>
      <span>
        <kbd>Enter</kbd> open
      </span>
      <span>
        <kbd>Esc</kbd> close
      </span>
    </div>
  );
}
