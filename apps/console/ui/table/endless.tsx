import { Button, Group, Text } from '@mantine/core';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { formatCount } from '../format.js';

export interface MoreProps {
  /** The query that reads the list page by page. */
  readonly of: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
  /** How many rows are shown. */
  readonly count: number;
}

/** The end of a list: it reads the next page when it comes into sight, and says how many rows are shown. */
export function More({ of: { hasNextPage, isFetchingNextPage, fetchNextPage }, count }: MoreProps) {
  const mark = useRef<HTMLDivElement>(null);
  const readNext = (): void => void fetchNextPage();
  const ask = useRef(readNext);
  ask.current = readNext;
  /** With how many rows it asked by itself. */
  const asked = useRef<number>(undefined);
  useEffect(() => {
    if (asked.current !== count) asked.current = undefined;
    // What failed is asked for again by the button only: a page that cannot be read would be asked for without end.
    if (!hasNextPage || isFetchingNextPage || !mark.current || asked.current === count) return;
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
  }, [hasNextPage, isFetchingNextPage, count]);
  return (
    <Group ref={mark} justify="center" gap="sm" py="sm">
      <Text size="xs" c="dimmed">
        {formatCount(count)} shown{hasNextPage ? '' : ', that is all'}
      </Text>
      {hasNextPage && (
        <Button variant="default" loading={isFetchingNextPage} onClick={readNext}>
          Show more
        </Button>
      )}
    </Group>
  );
}
