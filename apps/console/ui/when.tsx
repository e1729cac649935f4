import { formatAgo, formatInstant } from './time-words.js';
import { Tip } from './tip.js';
import { useNow } from './use-now.js';

const short = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** A time of the data, which may be years ago: the day and the minute, and under the pointer how long ago that was. */
export function When({ at }: { readonly at: string | null }) {
  const now = useNow();
  if (at === null) return <span className="dim">–</span>;
  return (
    <Tip label={`${formatAgo(at, now)} · ${formatInstant(at)} · ${at}`}>
      <time dateTime={at}>{short.format(new Date(at))}</time>
    </Tip>
  );
}
