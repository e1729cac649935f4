import { Group, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import styles from './panel.module.css';
import { useOverflow } from './use-overflow.js';

export interface PanelProps {
  readonly title: string;
  /** At the right of the title. */
  readonly side?: ReactNode;
  /** Without the inner space: for tables that reach the edge. */
  readonly flush?: boolean;
  readonly children: ReactNode;
}

/** A part of a page with a title of its own. */
export function Panel({ title, side, flush = false, children }: PanelProps) {
  const id = useId();
  const [part, isOver] = useOverflow<HTMLDivElement>();
  return (
    <section className={styles['panel']} aria-labelledby={id}>
      <Group justify="space-between" className={styles['head']} gap="xs">
        <Title order={2} id={id} className={styles['title']}>
          {title}
        </Title>
        {side}
      </Group>
      <div
        ref={part}
        className={flush ? styles['flush'] : styles['body']}
        {...(isOver && { role: 'group', 'aria-labelledby': id, tabIndex: 0 })}
      >
        {children}
      </div>
    </section>
  );
}
