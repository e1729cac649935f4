import { queryOptions, useQuery } from '@tanstack/react-query';
import { listTaskFigures, listTasks, type Task } from '../generated/api.js';
import { call } from './call.js';

/** The catalogue changes with a release, what is set for its tasks at any time. */
const tasksQuery = queryOptions({
  queryKey: ['tasks'],
  queryFn: ({ signal }) => call(listTasks({ signal })),
  refetchInterval: 30_000,
});

export const useTasks = () => useQuery(tasksQuery);

/** The sources of the catalogue: which names they take, and which task loads them. */
export const useSources = () =>
  useQuery({
    ...tasksQuery,
    select: ({ items }) => items.flatMap(({ name, source }) => (source === null ? [] : [{ ...source, task: name }])),
  });

/** The figures of all tasks, of runs recorded within so many days. */
export const useAllFigures = (days: number) =>
  useQuery({
    queryKey: ['tasks', 'figures', days],
    queryFn: ({ signal }) => call(listTaskFigures({ days }, { signal })),
    refetchInterval: 30_000,
    placeholderData: (before) => before,
    meta: { live: ['runs'] },
  });

/** A task by its name; undefined while the catalogue is read, or when there is none. */
export const taskOf = (tasks: readonly Task[] | undefined, name: string): Task | undefined =>
  tasks?.find((task) => task.name === name);
