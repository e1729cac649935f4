import { type RefCallback, useCallback, useState } from 'react';

/** Whether an element's content is wider than it, so that one scrolls it: then the keyboard has to reach it, too. */
export function useOverflow<T extends HTMLElement>(): readonly [RefCallback<T>, boolean] {
  const [isOver, setOver] = useState(false);
  const part = useCallback((element: T | null) => {
    if (!element) return;
    const observer = new ResizeObserver(() => setOver(element.scrollWidth > element.clientWidth));
    for (const each of [element, ...element.children]) observer.observe(each);
    return () => observer.disconnect();
  }, []);
  return [part, isOver];
}
