const done: Readonly<Record<string, string>> = {
  pause: 'paused',
  resume: 'resumed',
  limit: 'limited',
  release: 'released',
  cancel: 'cancelled',
  retry: 'retried',
  replay: 'replayed',
  discard: 'discarded',
  replace: 'replaced',
  create: 'created',
  change: 'changed',
  delete: 'deleted',
  run: 'ran',
  backfill: 'backfilled',
  restore: 'restored',
};

/** What was done, in words: `cancel-runs` is "cancelled runs". Without an object it was done to queues. */
export function wordsOfAction(action: string): string {
  const [verb = '', ...object] = action.split('-');
  return `${done[verb] ?? verb} ${object.length === 0 ? 'queue' : object.join(' ')}`;
}

const callers: Readonly<Record<string, string>> = {
  local: 'somebody on this machine',
  bearer: 'a program with the token',
  session: 'somebody with the token',
};

/** Who did it: a name where there is one. */
export const wordsOfCaller = (caller: string): string =>
  caller.startsWith('user:') ? caller.slice('user:'.length) : (callers[caller] ?? caller);

/** What came with an action and what came of it, in a line. */
export function wordsOfDetail(detail: unknown): string {
  if (detail === null || detail === undefined) return '';
  if (typeof detail !== 'object') return String(detail);
  return Object.entries(detail)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' · ');
}
