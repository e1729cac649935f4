import { Text } from '@mantine/core';
import { formatAgo } from '../../ui/time-words.js';
import { useNow } from '../../ui/use-now.js';
import styles from './zone-times.module.css';
import { offsetIn, viewerZone, wallIn } from './zone-words.js';

/** Instants as the clocks of a zone show them, and as those of the viewer do where these are others. */
export function ZoneTimes({ times, timezone }: { readonly times: readonly string[]; readonly timezone: string }) {
  const now = useNow();
  const offsets = new Set(times.map((at) => offsetIn(timezone, at)));
  return (
    <ol className={styles['times']}>
      {times.map((at) => {
        const isOther = wallIn(timezone, at) !== wallIn(viewerZone, at);
        return (
          <li key={at}>
            <time dateTime={at}>
              {wallIn(timezone, at)}
              {offsets.size > 1 && <span className="dim"> {offsetIn(timezone, at)}</span>}
            </time>
            <Text size="xs" c="dimmed">
              {formatAgo(at, now)}
              {isOther && ` · ${wallIn(viewerZone, at)} here`}
            </Text>
          </li>
        );
      })}
    </ol>
  );
}
