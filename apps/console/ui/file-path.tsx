import styles from './file-path.module.css';
import { PageLink } from './link.js';

/** A path below the inbox, its last part so that it is seen first. Names are shown as they are, whatever is in them. */
export function FilePath({ path }: { readonly path: string }) {
  const end = path.lastIndexOf('/') + 1;
  return (
    <span className={styles['path']}>
      <span className={styles['folder']}>{path.slice(0, end)}</span>
      {path.slice(end)}
    </span>
  );
}

/** The same as a link to the file's page. */
export function FileLink({ id, path }: { readonly id: string; readonly path: string }) {
  return (
    <PageLink to="/files/$id" params={{ id }} inherit>
      <FilePath path={path} />
    </PageLink>
  );
}
