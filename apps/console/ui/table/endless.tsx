import { Button, Group, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';

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
  useEffect(() => {
    if (!hasMore || isLoading || !mark.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && ask.current(), {
      rootMargin: '600px',
    });
    observer.observe(mark.current);
    return () => observer.disconnect();
  }, [hasMore, isLoading]);
  return (
    <Group ref={mark} justify="center" gap="sm" py="sm">
      <Text size="xs" c="dimmed">
        {count} shown{hasMore ? '' : ', that is all'}
      </Text>
      {hasMore && (
        <Button variant="default" loading={isLoading} onClick={onMore}>
          Show more
        </Button>
      )}
    </Group>
  );
}
