import { useCallback, useEffect, useRef, useState } from 'react';

/** After the last letter, in milliseconds; leaving the page writes at once. */
const restMs = 250;

/**
 * What somebody is about to send, kept in the browser so that a reload, the way back or a fall of the page loses nothing.
 * @param store `session`: until the window is closed, and each window its own; `local`: until it is thrown away
 */
export function useDraft<T extends object>(
  key: string,
  empty: T,
  isDraft: (found: object) => found is T,
  store: 'session' | 'local' = 'session',
): readonly [T, (next: T | ((before: T) => T)) => void] {
  const name = `millrace.draft.${key}`;
  const read = (): T => readDraft(storageOf(store), name, isDraft) ?? empty;
  const [held, setHeld] = useState(() => ({ name, draft: read() }));
  // Another task's form is another draft.
  const current = held.name === name ? held : { name, draft: read() };
  const latest = useRef(current);
  latest.current = current;
  useEffect(() => {
    const write = (): void => writeDraft(storageOf(store), current.name, current.draft);
    const timer = setTimeout(write, restMs);
    addEventListener('pagehide', write);
    return () => {
      clearTimeout(timer);
      removeEventListener('pagehide', write);
      write();
    };
  }, [store, current.draft, current.name]);
  const set = useCallback((next: T | ((before: T) => T)) => {
    const before = latest.current;
    const draft = typeof next === 'function' ? next(before.draft) : next;
    latest.current = { name: before.name, draft };
    setHeld(latest.current);
  }, []);
  return [current.draft, set];
}

const storageOf = (store: 'session' | 'local'): Storage => (store === 'session' ? sessionStorage : localStorage);

function readDraft<T extends object>(
  storage: Storage,
  name: string,
  isDraft: (found: object) => found is T,
): T | undefined {
  try {
    const found: unknown = JSON.parse(storage.getItem(name) ?? 'null');
    return typeof found === 'object' && found !== null && isDraft(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function writeDraft(storage: Storage, name: string, draft: object): void {
  try {
    storage.setItem(name, JSON.stringify(draft));
  } catch {
    // The browser keeps nothing (a private window, or no room): then it holds until the page is left.
  }
}
