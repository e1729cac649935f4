import { type Catalogue, readableDatasets } from '#catalogue/catalogue.js';
import type { Found } from '#database/queries/search.js';

/** In the order in which those are shown that fit equally well. */
export const hitKinds = ['task', 'dataset', 'schedule', 'worker', 'file', 'run'] as const;

/** Something that a search has found. */
export interface Hit {
  readonly kind: (typeof hitKinds)[number];
  /** By which the API has it. */
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  /** Of its page in the console. */
  readonly path: string;
}

/** A hit, and by what it may have been found. */
interface Candidate extends Hit {
  readonly names: readonly string[];
}

/** How well a text fits names: 0 it is one of them, 1 one begins with it, 2 it is a part of one, 3 something else has it. */
function rankOf(text: string, names: readonly string[]): number {
  const fits = [
    (name: string) => name === text,
    (name: string) => name.startsWith(text),
    (name: string) => name.includes(text),
  ];
  const lower = names.map((name) => name.toLowerCase());
  const rank = fits.findIndex((fit) => lower.some(fit));
  return rank === -1 ? fits.length : rank;
}

/** All that was found, the best first. @param limit most of each kind */
export function rankHits(text: string, catalogue: Catalogue, found: Found, limit: number): Hit[] {
  const lower = text.toLowerCase();
  const ranked = (candidates: readonly Candidate[]) =>
    candidates
      .map(({ names, ...hit }) => ({ hit, rank: rankOf(lower, names) }))
      .sort((a, b) => a.rank - b.rank)
      .slice(0, limit);
  return [tasksOf(catalogue), datasetsOf(catalogue)]
    .map((all) => all.filter((each) => hasWords(each, lower)))
    .concat([schedulesOf(found), workersOf(found), filesOf(found), runsOf(found)])
    .flatMap(ranked)
    .sort((a, b) => a.rank - b.rank || hitKinds.indexOf(a.hit.kind) - hitKinds.indexOf(b.hit.kind))
    .map(({ hit }) => hit);
}

/** Whether each word is in a name or the description. */
function hasWords({ names, detail }: Candidate, text: string): boolean {
  const words = [...names, detail].join('\n').toLowerCase();
  return text.split(/\s+/).every((word) => words.includes(word));
}

const pathOf = (folder: string, id: string): string => `/${folder}/${encodeURIComponent(id)}`;

const tasksOf = (catalogue: Catalogue): Candidate[] =>
  [...catalogue.values()].map(({ name, description }) => ({
    kind: 'task',
    ...{ id: name, title: name, detail: description, path: pathOf('tasks', name) },
    names: [name],
  }));

const datasetsOf = (catalogue: Catalogue): Candidate[] =>
  [...readableDatasets(catalogue).values()].map(({ name, dataset }) => ({
    kind: 'dataset',
    ...{ id: name, title: name, detail: dataset.description, path: pathOf('datasets', name) },
    names: [name, dataset.table],
  }));

const schedulesOf = ({ schedules }: Found): Candidate[] =>
  schedules.map(({ name, task, cron }) => ({
    kind: 'schedule',
    ...{ id: name, title: name, path: pathOf('schedules', name) },
    detail: `runs ${task} ${cron === null ? 'at an interval' : `at ${cron}`}`,
    names: [name],
  }));

const workersOf = ({ workers }: Found): Candidate[] =>
  workers.map(({ id, host, pid, state }) => ({
    kind: 'worker',
    ...{ id, title: id, detail: `${state}, process ${pid} on ${host}`, path: pathOf('workers', id) },
    names: [id, host],
  }));

const filesOf = ({ files }: Found): Candidate[] =>
  files.map(({ id, path, state, source, seenAt }) => ({
    kind: 'file',
    ...{ id, title: path, path: pathOf('files', id) },
    detail: `${state}, ${source === null ? 'of no source' : `of ${source}`}, seen ${seenAt}`,
    names: [id, path, path.slice(path.lastIndexOf('/') + 1)],
  }));

const runsOf = ({ runs }: Found): Candidate[] =>
  runs.map(({ id, task, state, idempotencyKey, labels, createdAt }) => ({
    kind: 'run',
    ...{ id, title: task, path: pathOf('runs', id) },
    detail: [
      `${state}, recorded ${createdAt}`,
      ...(idempotencyKey === null ? [] : [`key ${idempotencyKey}`]),
      ...Object.entries(labels).map(([name, value]) => `${name}:${value}`),
    ].join(', '),
    names: [id, id.replaceAll('-', ''), ...(idempotencyKey === null ? [] : [idempotencyKey])],
  }));
