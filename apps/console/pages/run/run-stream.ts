import type { LiveLogLine, RunChangeEvent, RunProgress } from '../../generated/api.js';

/** What a run's own stream tells. */
export interface RunStreamListener {
  /** The stream has begun, or begun anew: what was read before may be old. */
  onBegin(): void;
  /** The run, or a run below it, came to another state. */
  onRun(change: RunChangeEvent): void;
  /** One of its files came to another state. */
  onFile(): void;
  onProgress(progress: RunProgress): void;
  onLines(lines: readonly LiveLogLine[]): void;
}

/** After how long a stream that was refused is asked for again. */
const refusedMs = 5_000;
/** Lines are handed on together, so that a hundred of them at a moment are one change of the page. */
const gatherMs = 120;

/**
 * Opens the stream of a run. It rests while nobody can see the page: a browser has few connections to one server, and other pages
 * want theirs. @returns what closes it
 */
export function openRunStream(
  id: string,
  { withLog, withFlow }: { readonly withLog: boolean; readonly withFlow: boolean },
  listener: RunStreamListener,
): () => void {
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let lines: LiveLogLine[] = [];
  const flush = (): void => {
    gathering = undefined;
    const gathered = lines;
    lines = [];
    listener.onLines(gathered);
  };
  const open = (): void => {
    clearTimeout(again);
    source = new EventSource(
      `/api/runs/${id}/events?kind=run,file,progress${withLog ? ',log' : ''}${withFlow ? '&flow=true' : ''}`,
    );
    source.addEventListener('state', listener.onBegin);
    source.addEventListener('reset', listener.onBegin);
    source.addEventListener('run', ({ data }) => listener.onRun(JSON.parse(data)));
    source.addEventListener('file', listener.onFile);
    source.addEventListener('progress', ({ data }) => listener.onProgress(JSON.parse(data)));
    source.addEventListener('log', ({ data }) => {
      lines.push(JSON.parse(data));
      gathering ??= setTimeout(flush, gatherMs);
    });
    source.addEventListener('error', () => {
      if (source?.readyState === EventSource.CLOSED) again = setTimeout(open, refusedMs);
    });
  };
  const close = (): void => {
    clearTimeout(again);
    source?.close();
    source = undefined;
  };
  const look = (): void => {
    if (document.visibilityState === 'hidden') close();
    else if (!source) open();
  };
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    clearTimeout(gathering);
    close();
  };
}
