import type { SearchHit } from '../../generated/api.js';
import { navGroups } from '../../shell/nav.js';

/** Something that the search leads to. */
export interface Find {
  readonly kind: SearchHit['kind'] | 'page' | 'list';
  readonly title: string;
  readonly detail: string;
  /** With what follows the question mark. */
  readonly path: string;
}

export interface FindGroup {
  readonly label: string;
  readonly finds: readonly Find[];
}

const labels: Readonly<Record<SearchHit['kind'], string>> = {
  run: 'Runs',
  file: 'Files',
  task: 'Tasks',
  dataset: 'Datasets',
  schedule: 'Schedules',
  worker: 'Workers',
};

/** Pages of the server that are none of the console's. */
const elsewhere: readonly Find[] = [
  { kind: 'page', title: 'Bull Board', detail: 'The queues as the carrier has them', path: '/queues' },
  { kind: 'page', title: 'API', detail: 'Its description, to be tried', path: '/docs' },
];

const pages: readonly Find[] = [
  ...navGroups.flatMap((group) =>
    group.pages.map(({ to, label }): Find => ({ kind: 'page', title: label, detail: group.label, path: to })),
  ),
  ...elsewhere,
];

export const isElsewhere = ({ path }: Find): boolean => elsewhere.some((each) => each.path === path);

/**
 * What is shown for a text: the API's hits by kind, the kind of the best one first; pages of that name before them; after them
 * the lists that look deeper. Without a text: what was opened lately, and all pages.
 */
export function groupsOf(text: string, hits: readonly SearchHit[], recent: readonly Find[]): readonly FindGroup[] {
  if (text === '') return withoutEmpty([{ label: 'Opened lately', finds: recent }, pageGroup(pages)]);
  const kinds = [...new Set(hits.map(({ kind }) => kind))];
  const found = kinds.map((kind) => ({
    label: labels[kind],
    finds: hits
      .filter((hit) => hit.kind === kind)
      .map(({ title, detail, path, id }): Find => ({ kind, title, detail: detailOf(kind, id, detail), path })),
  }));
  const named = pages.filter(({ title }) => title.toLowerCase().startsWith(text.toLowerCase()));
  return withoutEmpty([pageGroup(named), ...found, { label: 'Look further', finds: deeper(text) }]);
}

const pageGroup = (finds: readonly Find[]): FindGroup => ({ label: 'Pages', finds });

const withoutEmpty = (groups: readonly FindGroup[]): readonly FindGroup[] =>
  groups.filter(({ finds }) => finds.length > 0);

/** A run is called by its task, and a worker by its host: the id says which one. */
const detailOf = (kind: SearchHit['kind'], id: string, detail: string): string =>
  kind === 'run' || kind === 'worker' ? `${id} · ${detail}` : detail;

/** What the search does not look for, because it takes longer. */
const deeper = (text: string): readonly Find[] => [
  {
    kind: 'list',
    title: `Files with “${text}” anywhere in their path`,
    detail: '',
    path: `/files?${new URLSearchParams({ path: `*${text}*` })}`,
  },
  {
    kind: 'list',
    title: `Runs with “${text}” in input, output or error`,
    detail: '',
    path: `/runs?${new URLSearchParams({ text })}`,
  },
];
