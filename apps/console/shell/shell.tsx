import { ActionIcon, Burger, Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { Outlet, useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { LoadingNote } from '../ui/notes.js';
import { Tips } from '../ui/tip.js';
import { LiveMark } from './live-mark.js';
import { Nav } from './nav-list.js';
import styles from './shell.module.css';
import { ThemeChoice } from './theme-choice.js';
import { useSearchBox } from './use-search-box.js';
import { UserMenu } from './user-menu.js';

const SearchBox = lazy(() => import('../pages/search/search-box.js').then((m) => ({ default: m.SearchBox })));

/** What stands around every page. */
export function Shell() {
  const [isNavOpen, nav] = useDisclosure(false);
  const search = useSearchBox();
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new page closes the menu
  useEffect(() => nav.close(), [pathname]);
  return (
    <>
      <a className={styles['skip']} href="#main">
        Skip to the content
      </a>
      <aside className={styles['side']}>
        <Nav />
      </aside>
      <Drawer opened={isNavOpen} onClose={nav.close} size={260} title="Millrace" hiddenFrom="md">
        <Nav />
      </Drawer>
      <header className={styles['top']}>
        <Burger
          opened={isNavOpen}
          onClick={nav.toggle}
          hiddenFrom="md"
          size="sm"
          aria-label="Menu"
          aria-expanded={isNavOpen}
        />
        <button type="button" className={styles['search']} onClick={search.open} aria-keyshortcuts="/ Control+K">
          <IconSearch size={15} aria-hidden />
          <span className={styles['searchWords']}>Find a run, file, task, dataset …</span>
          <kbd className={styles['key']}>/</kbd>
        </button>
        <ActionIcon
          className={styles['searchIcon']}
          variant="subtle"
          color="gray"
          onClick={search.open}
          aria-label="Search"
        >
          <IconSearch size={18} aria-hidden />
        </ActionIcon>
        <div className={styles['right']}>
          <LiveMark />
          <ThemeChoice />
          <UserMenu />
        </div>
      </header>
      <main id="main" className={styles['main']} tabIndex={-1}>
        <Suspense fallback={<LoadingNote what="the page" />}>
          <Outlet />
        </Suspense>
      </main>
      {search.isOpen && (
        <Suspense fallback={null}>
          <SearchBox onClose={search.close} />
        </Suspense>
      )}
      <Tips />
    </>
  );
}
