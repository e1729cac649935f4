import { useCallback, useState } from 'react';

/** An option of the viewer that outlives the page: which columns a table shows, whether a log follows. */
export function useSetting<T extends string | number | boolean | readonly string[]>(
  name: string,
  initial: T,
): readonly [T, (value: T) => void] {
  const key = `millrace.${name}`;
  const [value, setValue] = useState<T>(() => read(key, initial));
  const set = useCallback(
    (next: T) => {
      setValue(next);
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // The browser keeps nothing (a private window): then it holds until the page is left.
      }
    },
    [key],
  );
  return [value, set];
}

function read<T>(key: string, initial: T): T {
  try {
    const text = localStorage.getItem(key);
    const found: unknown = text === null ? undefined : JSON.parse(text);
    return isLike(found, initial) ? found : initial;
  } catch {
    return initial;
  }
}

/** What an older page stored may be of another shape. */
const isLike = <T>(found: unknown, initial: T): found is T =>
  typeof found === typeof initial && Array.isArray(found) === Array.isArray(initial);
