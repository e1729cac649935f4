import { Group, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { PageLink } from './link.js';
import styles from './page.module.css';
import { type Crumb, useCrumbs } from './use-crumbs.js';
import { useTitleFocus } from './use-title-focus.js';

export interface PageProps {
  readonly title: string;
  /** Shown instead of the title, where it has more than words. */
  readonly heading?: ReactNode;
  readonly about?: ReactNode;
  readonly crumbs?: readonly Crumb[];
  /** Buttons of the page, at its right. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A page: its title (of the window, too), the way back, its actions, its content. */
export function Page({ title, heading, about, crumbs = [], actions, children }: PageProps) {
  const own = useRef<HTMLHeadingElement>(null);
  useTitleFocus(own);
  const ways = useCrumbs(crumbs);
  useEffect(() => {
    document.title = `${title} · Millrace`;
  }, [title]);
  return (
    <>
      <header className={styles['head']}>
        <div className={styles['words']}>
          {ways.length > 0 && (
            <nav aria-label="Where this is" className={styles['crumbs']}>
              {ways.map(({ to, label, search }) => (
                <span key={to}>
                  <PageLink to={to} search={search} size="sm">
                    {label}
                  </PageLink>
                  <span aria-hidden> / </span>
                </span>
              ))}
            </nav>
          )}
          <Title order={1} className={styles['title']} tabIndex={-1} id="page-title" ref={own}>
            {heading ?? title}
          </Title>
          {about !== undefined && (
            <Text c="dimmed" size="sm" component="div">
              {about}
            </Text>
          )}
        </div>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </header>
      {children}
    </>
  );
}
