import { useMemo } from 'react';
import { useSetting } from '../../ui/use-setting.js';
import type { Find } from './finds.js';

const most = 6;

/** What was opened from the search lately, the last first; kept in the browser. */
export function useRecentFinds(): readonly [readonly Find[], (find: Find) => void] {
  const [stored, store] = useSetting<readonly string[]>('search.recent', []);
  const recent = useMemo(() => stored.flatMap(readFind), [stored]);
  const remember = (find: Find): void => {
    if (find.kind === 'page' || find.kind === 'list') return;
    const others = recent.filter(({ path }) => path !== find.path);
    store([find, ...others].slice(0, most).map((each) => JSON.stringify(each)));
  };
  return [recent, remember];
}

const kinds: readonly string[] = ['run', 'file', 'task', 'dataset', 'schedule', 'worker'] satisfies Find['kind'][];

/** What an older page stored may be of another shape; what does not lead to a page of ours is left out. */
function readFind(text: string): readonly Find[] {
  try {
    const value: unknown = JSON.parse(text);
    return isFind(value) ? [value] : [];
  } catch {
    return [];
  }
}

const isFind = (value: unknown): value is Find =>
  typeof value === 'object' &&
  value !== null &&
  ['kind', 'title', 'detail', 'path'].every((name) => typeof Reflect.get(value, name) === 'string') &&
  kinds.includes(String(Reflect.get(value, 'kind'))) &&
  /^\/[^/]/.test(String(Reflect.get(value, 'path')));
