import { Button } from '@mantine/core';
import { IconFilePlus, IconFolderPlus, IconUpload } from '@tabler/icons-react';
import { type DragEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import styles from './drop-area.module.css';
import { type ChosenFile, chosenIn, filesOfDrop } from './dropped-files.js';
import { tellFault } from './notices.js';

export interface DropAreaProps {
  /** Gets what was dropped or chosen: at least one file. Of folders all that is in them. */
  onFiles(files: readonly ChosenFile[]): void;
  /** What becomes of the files. */
  readonly children?: ReactNode;
  readonly title?: string;
  readonly isCompact?: boolean;
  /** Takes one file, and no folder. */
  readonly isSingle?: boolean;
  readonly isDisabled?: boolean;
}

/** Where files and folders are dropped, or chosen with the keyboard. */
export function DropArea({
  onFiles,
  children,
  title = 'Drop files or folders here',
  isCompact = false,
  isSingle = false,
  isDisabled = false,
}: DropAreaProps) {
  const [isOver, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // React knows no such attribute.
    if (folder.current) folder.current.webkitdirectory = true;
    // A file that is dropped beside the area would otherwise be opened in place of the page.
    const keepPage = (event: Event): void => event.preventDefault();
    window.addEventListener('dragover', keepPage);
    window.addEventListener('drop', keepPage);
    return () => {
      window.removeEventListener('dragover', keepPage);
      window.removeEventListener('drop', keepPage);
    };
  }, []);
  const take = (chosen: readonly ChosenFile[]): void => {
    if (chosen.length > 0) onFiles(isSingle ? chosen.slice(0, 1) : chosen);
  };
  const drag = (event: DragEvent): void => {
    event.preventDefault();
    if (!isDisabled && event.dataTransfer.types.includes('Files')) setOver(true);
  };
  const leave = ({ currentTarget, relatedTarget }: DragEvent): void => {
    // To a part of the area it is no leaving.
    if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setOver(false);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    if (isDisabled) return;
    filesOfDrop(event.dataTransfer).then(
      (found) =>
        found.length > 0
          ? take(found)
          : tellFault(
              'There is no file in what was dropped',
              new Error('Expected files, or folders with files in them.'),
            ),
      (error: unknown) => tellFault('What was dropped was not read', error),
    );
  };
  const choose = (input: HTMLInputElement): void => {
    take(chosenIn(input.files));
    // The same file can be chosen once more.
    input.value = '';
  };
  return (
    <section
      className={styles['area']}
      data-over={isOver || undefined}
      data-compact={isCompact || undefined}
      aria-label={title}
      onDragEnter={drag}
      onDragOver={drag}
      onDragLeave={leave}
      onDrop={drop}
    >
      {!isCompact && <IconUpload size={30} stroke={1.4} aria-hidden color="var(--mantine-color-dimmed)" />}
      <span className={styles['words']}>{title}</span>
      {children !== undefined && <div className={styles['about']}>{children}</div>}
      <div className={styles['buttons']}>
        <Button
          variant="default"
          disabled={isDisabled}
          leftSection={<IconFilePlus size={15} aria-hidden />}
          onClick={() => files.current?.click()}
        >
          {isSingle ? 'Choose a file' : 'Choose files'}
        </Button>
        {!isSingle && (
          <Button
            variant="default"
            disabled={isDisabled}
            leftSection={<IconFolderPlus size={15} aria-hidden />}
            onClick={() => folder.current?.click()}
          >
            Choose a folder
          </Button>
        )}
      </div>
      <input
        ref={files}
        type="file"
        multiple={!isSingle}
        hidden
        aria-label={isSingle ? 'File' : 'Files'}
        onChange={(event) => choose(event.currentTarget)}
      />
      {!isSingle && (
        <input ref={folder} type="file" hidden aria-label="Folder" onChange={(event) => choose(event.currentTarget)} />
      )}
    </section>
  );
}
