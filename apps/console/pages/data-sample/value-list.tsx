import { Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../client/call.js';
import { listColumnValues } from '../../generated/api.js';
import { formatCount } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { ProblemNote } from '../../ui/notes.js';
import { Panel } from '../../ui/panel.js';
import { More } from '../../ui/table/endless.js';
import styles from './data-sample.module.css';

const name = 'data-sample';
const pageSize = 100;

/** The values of a column, each of which leads to its rows. */
export function ValueList({ field, count }: { readonly field: string; readonly count: number }) {
  const [typed, setTyped] = useState('');
  const [contains] = useDebouncedValue(typed.trim(), 300);
  const pages = useInfiniteQuery({
    queryKey: ['values', name, field, contains],
    queryFn: ({ pageParam, signal }) =>
      call(
        listColumnValues(
          { name, field, limit: pageSize, ...(contains && { contains }), ...(pageParam && { cursor: pageParam }) },
          { signal },
        ),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    meta: { live: ['files'] },
  });
  const values = pages.data?.pages.flatMap(({ items }) => items.map(({ value }) => String(value))) ?? [];
  return (
    <Panel title={`${field}: ${formatCount(count)}`}>
      <TextInput
        size="xs"
        type="search"
        aria-label={`Find a ${field}`}
        placeholder="contains …"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        mb={6}
      />
      {pages.error && <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />}
      <div className={styles['values']}>
        <ul>
          {values.map((value) => (
            <li key={value}>
              <PageLink to="/datasets/$name" params={{ name }} search={{ view: 'rows', [field]: value }} size="sm">
                {value}
              </PageLink>
            </li>
          ))}
        </ul>
        {pages.data && values.length === 0 && (
          <Text size="sm" c="dimmed">
            None contains this.
          </Text>
        )}
        {values.length > 0 && <More of={pages} count={values.length} />}
      </div>
    </Panel>
  );
}
