import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call } from '../../client/call.js';
import { getRun } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';

/** The input of the run that the address names (`?from=`), until it is taken over or refused; and what went wrong with reading it. */
export function useEarlierFlow(): {
  readonly found: { readonly input: unknown } | undefined;
  readonly error: unknown;
  done(): void;
} {
  const [texts, change] = useTexts();
  const id = texts['from'];
  const [found, setFound] = useState<{ readonly input: unknown }>();
  const { data, error } = useQuery({
    queryKey: ['run', id],
    queryFn: ({ signal }) => call(getRun({ id: id ?? '' }, { signal })),
    enabled: id !== undefined,
  });
  useEffect(() => {
    if (data && data.id === id) setFound({ input: data.input });
  }, [data, id]);
  const wrongTask =
    data && data.task !== 'flow' ? new Error(`Run ${data.id} is one of ${data.task}, not of the task flow.`) : null;
  return {
    found: wrongTask || id === undefined ? undefined : found,
    error: wrongTask ?? error,
    done: () => {
      setFound(undefined);
      change({ from: undefined }, 'replace');
    },
  };
}
