import { Button, Group, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { formatCount } from '../format.js';

export interface MoreProps {
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly count: number;
  onMore(): void;
}

/** The end of a list: it reads the next page when it comes into sight, and says how many rows are shown. */
export function More({ hasMore, isLoading, count, onMore }: MoreProps) {
  const mark = useRef<HTMLDivElement>(null);
  const ask = useRef(onMore);
  ask.current = onMore;
  /** With how many rows it asked by itself. */
  const asked = useRef<number>(undefined);
  useEffect(() => {
    if (asked.current !== count) asked.current = undefined;
    // What failed is asked for again by the button only: a page that cannot be read would be asked for without end.
    if (!hasMore || isLoading || !mark.current || asked.current === count) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        asked.current = count;
        ask.current();
      },
      { rootMargin: '600px' },
    );
    observer.observe(mark.current);
    return () => observer.disconnect();
  }, [hasMore, isLoading, count]);
  return (
    <Group ref={mark} justify="center" gap="sm" py="sm">
      <Text size="xs" c="dimmed">
        {formatCount(count)} shown{hasMore ? '' : ', that is all'}
      </Text>
      {hasMore && (
        <Button variant="default" loading={isLoading} onClick={onMore}>
          Show more
        </Button>
      )}
    </Group>
  );
}
