import type { LiveLogLine, RunChangeEvent, RunProgress } from '../../generated/api.js';
import { openStream } from '../../live/stream.js';

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

/** Lines are handed on together, so that a hundred of them at a moment are one change of the page. */
const gatherMs = 120;

/** Opens the stream of a run. @returns what closes it */
export function openRunStream(
  id: string,
  { withLog, withFlow }: { readonly withLog: boolean; readonly withFlow: boolean },
  listener: RunStreamListener,
): () => void {
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let lines: LiveLogLine[] = [];
  const flush = (): void => {
    gathering = undefined;
    const gathered = lines;
    lines = [];
    listener.onLines(gathered);
  };
  const address = `/api/runs/${id}/events?kind=run,file,progress${withLog ? ',log' : ''}${withFlow ? '&flow=true' : ''}`;
  const close = openStream(address, (source) => {
    source.addEventListener('state', listener.onBegin);
    source.addEventListener('reset', listener.onBegin);
    source.addEventListener('run', ({ data }) => listener.onRun(JSON.parse(data)));
    source.addEventListener('file', listener.onFile);
    source.addEventListener('progress', ({ data }) => listener.onProgress(JSON.parse(data)));
    source.addEventListener('log', ({ data }) => {
      lines.push(JSON.parse(data));
      gathering ??= setTimeout(flush, gatherMs);
    });
  });
  return () => {
    clearTimeout(gathering);
    close();
  };
}
