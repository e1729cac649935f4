import {
  IconCalendarTime,
  IconChecklist,
  IconFile,
  IconFileSearch,
  IconLayoutDashboard,
  IconPlayerPlay,
  IconServer,
  IconTable,
} from '@tabler/icons-react';
import { type MouseEvent, useEffect, useRef } from 'react';
import type { Find, FindGroup } from './finds.js';
import { Marked } from './marked.js';
import styles from './search-box.module.css';

const icons: Readonly<Record<Find['kind'], typeof IconFile>> = {
  run: IconPlayerPlay,
  file: IconFile,
  task: IconChecklist,
  dataset: IconTable,
  schedule: IconCalendarTime,
  worker: IconServer,
  page: IconLayoutDashboard,
  list: IconFileSearch,
};

export interface SearchResultsProps {
  /** Of the list; its options have it with their number. */
  readonly listId: string;
  readonly groups: readonly FindGroup[];
  /** Number of the option that Enter opens. */
  readonly chosen: number;
  readonly text: string;
  onHover(find: Find): void;
  onClick(find: Find, event: MouseEvent): void;
}

/** What was found, in groups: options of a list that the field of the search controls. */
export function SearchResults({ listId, groups, chosen, text, onHover, onClick }: SearchResultsProps) {
  const list = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another choice, or another list, may be out of sight
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen, groups.length]);
  let index = -1;
  return (
    <div role="listbox" id={listId} aria-label="Found" className={styles['list']} ref={list} tabIndex={-1}>
      {groups.map(({ label, finds }, group) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of options, which no element stands for
        <div role="group" key={label} aria-labelledby={`${listId}-group-${group}`}>
          <div className={styles['group']} id={`${listId}-group-${group}`} role="presentation">
            {label}
          </div>
          {finds.map((find) => {
            index += 1;
            const own = index;
            return (
              <Option
                key={find.path}
                id={`${listId}-${own}`}
                find={find}
                isChosen={own === chosen}
                text={text}
                onHover={() => own !== chosen && onHover(find)}
                onClick={(event) => onClick(find, event)}
              />
            );
          })}
        </div>
      ))}
    </div>
  );
}

interface OptionProps {
  readonly id: string;
  readonly find: Find;
  readonly isChosen: boolean;
  readonly text: string;
  onHover(): void;
  onClick(event: MouseEvent): void;
}

/** One find: a real link, so that it opens in a tab of its own as well. */
function Option({ id, find: { kind, title, detail, path }, isChosen, text, onHover, onClick }: OptionProps) {
  const Icon = icons[kind];
  return (
    <a
      role="option"
      id={id}
      href={path}
      tabIndex={-1}
      aria-selected={isChosen}
      className={styles['option']}
      onPointerMove={onHover}
      onClick={onClick}
      // The focus stays in the field.
      onMouseDown={(event) => event.preventDefault()}
    >
      <Icon size={16} stroke={1.7} aria-hidden className={styles['icon']} />
      <span className={styles['title']}>
        <Marked text={title} part={kind === 'list' ? '' : text} />
      </span>
      <span className={styles['detail']}>
        <Marked text={detail} part={text} />
      </span>
    </a>
  );
}
