import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { FlowBook } from './flow-book.js';
import type { RunListener } from './use-run.js';

/** The runs of a flow from one run down, kept up to date. */
export function useFlow(id: string, listeners: Set<RunListener>, isOpen: boolean) {
  const book = useMemo(() => new FlowBook(id), [id]);
  const part = useSyncExternalStore(book.subscribe, () => book.part);
  // It is read once more when it has ended: the stream is closed then.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    void book.open();
  }, [book, isOpen]);
  useEffect(() => () => book.close(), [book]);
  useEffect(() => {
    const listener: RunListener = {
      onBegin: () => void book.open(),
      onRun: (change) => book.onRun(change),
      onProgress: (progress) => book.onProgress(progress),
    };
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, [book, listeners]);
  return { part, book };
}
