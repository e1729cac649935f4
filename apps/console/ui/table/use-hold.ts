import { type RefCallback, useCallback, useEffect, useState } from 'react';

/** Further down than this the viewer reads what is there, and is not to lose the place. */
const scrolledPx = 160;

/**
 * Whether somebody reads or uses a part of the page, so that what it shows must not move: the pointer or the focus is on it, or the
 * page is scrolled down. The part may come and go.
 */
export function useHold<T extends HTMLElement>(): readonly [RefCallback<T>, boolean] {
  const [isPointed, setPointed] = useState(false);
  const [isFocused, setFocused] = useState(false);
  const [isScrolled, setScrolled] = useState(false);
  const part = useCallback((element: T | null) => {
    if (!element) return;
    const ending = new AbortController();
    const { signal } = ending;
    element.addEventListener('pointerenter', () => setPointed(true), { signal });
    element.addEventListener('pointerleave', () => setPointed(false), { signal });
    element.addEventListener('focusin', () => setFocused(true), { signal });
    element.addEventListener(
      'focusout',
      ({ relatedTarget }) => setFocused(relatedTarget instanceof Node && element.contains(relatedTarget)),
      { signal },
    );
    return () => {
      ending.abort();
      setPointed(false);
      setFocused(false);
    };
  }, []);
  useEffect(() => {
    const look = (): void => setScrolled(window.scrollY > scrolledPx);
    window.addEventListener('scroll', look, { passive: true });
    look();
    return () => window.removeEventListener('scroll', look);
  }, []);
  return [part, isPointed || isFocused || isScrolled];
}
