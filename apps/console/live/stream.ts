/** After how long a stream that was refused is asked for again. */
const refusedMs = 5_000;

/**
 * Keeps a stream of events open while somebody can see the page: a browser has six connections to one server for all its
 * pages, and each needs one for its questions. Whatever happened meanwhile, a stream that begins again says so first.
 * @param listen adds what hears the events of a stream that was opened
 * @param onAway the stream was cut off or refused; it is opened again
 * @returns what closes it for good
 */
export function openStream(
  address: string,
  listen: (source: EventSource) => void,
  onAway = (): void => {},
): () => void {
  let source: EventSource | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    const opened = new EventSource(address);
    source = opened;
    listen(opened);
    opened.addEventListener('error', () => {
      onAway();
      // A browser comes back by itself when it was cut off, but not when it was refused.
      if (opened.readyState === EventSource.CLOSED && source === opened) again = setTimeout(open, refusedMs);
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
    close();
  };
}
