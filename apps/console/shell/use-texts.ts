import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Texts } from './search-text.js';

/**
 * What stands after the question mark of the address, and how to change it: a filter is kept there, so that it survives the
 * way back, a reload, and being sent to somebody.
 */
export function useTexts(): readonly [Texts, (change: Texts, how?: 'push' | 'replace') => void] {
  const texts: Texts = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = useCallback(
    (changed: Texts, how: 'push' | 'replace' = 'push') =>
      void navigate({
        to: '.',
        search: (before: Texts) => ({ ...before, ...changed }),
        replace: how === 'replace',
        resetScroll: false,
      }),
    [navigate],
  );
  return [texts, change];
}
