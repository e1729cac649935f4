import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { useRef } from 'react';

/**
 * Opens the search box with `/` or Ctrl-K, wherever one is; `/` not while one types. Closed, the focus is back where it was; a
 * page that one goes to then takes it to its title.
 */
export function useSearchBox(): { readonly isOpen: boolean; readonly open: () => void; readonly close: () => void } {
  const before = useRef<Element | null>(null);
  const [isOpen, { open, close }] = useDisclosure(false, {
    onOpen: () => {
      before.current = document.activeElement;
    },
    onClose: () => {
      const element = before.current;
      // The box is still in the page, and holds the focus.
      setTimeout(() => {
        if (document.activeElement === document.body && element instanceof HTMLElement) element.focus();
      });
    },
  });
  // On most keyboards of Europe the slash is typed with Shift.
  useHotkeys([
    ['/', open],
    ['shift+/', open],
  ]);
  useHotkeys([['mod+K', open]], []);
  return { isOpen, open, close };
}
