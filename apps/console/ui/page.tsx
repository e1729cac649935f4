import { Group, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import type { Texts } from '../shell/search-text.js';
import { PageLink } from './link.js';
import styles from './page.module.css';
import { useTitleFocus } from './use-title-focus.js';

/** A page that one came from: the list of what this page is one of. */
export interface Crumb {
  readonly to: string;
  readonly label: string;
  /** The filters that one had there. */
  readonly search?: Texts;
}

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
  useEffect(() => {
    document.title = `${title} · Millrace`;
  }, [title]);
  return (
    <>
      <header className={styles['head']}>
        <div className={styles['words']}>
          {crumbs.length > 0 && (
            <nav aria-label="Where this is" className={styles['crumbs']}>
              {crumbs.map(({ to, label, search = {} }) => (
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
