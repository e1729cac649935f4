import { useDisclosure, useHotkeys } from '@mantine/hooks';

/** Opens the search box with `/` or Ctrl-K, wherever one is; `/` not while one types. */
export function useSearchBox(): { readonly isOpen: boolean; readonly open: () => void; readonly close: () => void } {
  const [isOpen, { open, close }] = useDisclosure(false);
  useHotkeys([['/', open]]);
  useHotkeys([['mod+K', open]], []);
  return { isOpen, open, close };
}
