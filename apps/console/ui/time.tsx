import { Text } from '@mantine/core';
import { formatAgo, formatInstant } from './time-words.js';
import { Tip } from './tip.js';
import { useNow } from './use-now.js';

/** How long ago, or until when; the exact time in the viewer's zone under the pointer or at a touch, and in the record's form. */
export function Time({ at, exact = false }: { readonly at: string | null | undefined; readonly exact?: boolean }) {
  const now = useNow();
  if (at === null || at === undefined)
    return (
      <Text span c="dimmed">
        –
      </Text>
    );
  return (
    <Tip label={`${formatInstant(at)} · ${at}`}>
      <time dateTime={at}>{exact ? formatInstant(at) : formatAgo(at, now)}</time>
    </Tip>
  );
}
