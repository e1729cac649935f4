import { useCallback, useEffect, useRef, useState } from 'react';

/** After the last letter, in milliseconds; leaving the page writes at once. */
const restMs = 250;

interface Held<T> {
  /** Where it is kept. */
  readonly name: string;
  readonly draft: T;
}

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
  const read = (): Held<T> => ({ name, draft: readDraft(store, name, isDraft) ?? empty });
  const [held, setHeld] = useState(read);
  let current = held;
  if (held.name !== name) {
    // Another task's form is another draft.
    current = read();
    setHeld(current);
  }
  const latest = useRef(current);
  latest.current = current;
  const untouched = useRef(empty);
  untouched.current = empty;
  const written = useRef(current);
  useEffect(() => {
    written.current = current;
    const timer = setTimeout(() => writeDraft(store, current, untouched.current), restMs);
    return () => clearTimeout(timer);
  }, [store, current]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the draft of another name is left as the page is
  useEffect(() => {
    const write = (): void => writeDraft(store, written.current, untouched.current);
    addEventListener('pagehide', write);
    return () => {
      removeEventListener('pagehide', write);
      write();
    };
  }, [store, name]);
  const set = useCallback((next: T | ((before: T) => T)) => {
    const before = latest.current;
    const draft = typeof next === 'function' ? next(before.draft) : next;
    latest.current = { name: before.name, draft };
    setHeld(latest.current);
  }, []);
  return [current.draft, set];
}

/** @throws DOMException when the browser keeps nothing for this page */
const storageOf = (store: 'session' | 'local'): Storage => (store === 'session' ? sessionStorage : localStorage);

function readDraft<T extends object>(
  store: 'session' | 'local',
  name: string,
  isDraft: (found: object) => found is T,
): T | undefined {
  try {
    const found: unknown = JSON.parse(storageOf(store).getItem(name) ?? 'null');
    return typeof found === 'object' && found !== null && isDraft(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** What nobody has changed is not kept: the next time the form begins with what holds then. */
function writeDraft(store: 'session' | 'local', { name, draft }: Held<object>, empty: object): void {
  try {
    const text = JSON.stringify(draft);
    if (text === JSON.stringify(empty)) storageOf(store).removeItem(name);
    else storageOf(store).setItem(name, text);
  } catch {
    // The browser keeps nothing (a private window, or no room): then it holds until the page is left.
  }
}
