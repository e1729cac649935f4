import type { ChangeNeeds } from '#database/changes/read-changes.js';
import type { EventKind, Facets } from './events.js';

/** Which events a listener wants. Each narrows the kinds that have it; what is left out does not matter. */
export interface EventFilter {
  readonly kinds: readonly EventKind[];
  /** Of the run; of files: of the run that holds them. */
  readonly task?: string | undefined;
  /** Of files. */
  readonly source?: string | undefined;
  /** To which runs and files came. */
  readonly states?: readonly string[] | undefined;
  /** Of log lines. */
  readonly levels?: readonly string[] | undefined;
  /** The root of a flow: of all its runs. */
  readonly rootId?: string | undefined;
  /** Of this run alone. */
  readonly run?: string | undefined;
  /** Of this run and all below it; it is not the root of its flow, which `rootId` names. */
  readonly belowRun?: string | undefined;
}

/** Whether somebody with this filter wants the event. */
export function wants(filter: EventFilter, event: Facets): boolean {
  const { kind } = event;
  return (
    filter.kinds.includes(kind) &&
    (filter.run === undefined || event.run === filter.run) &&
    (filter.rootId === undefined || event.rootId === filter.rootId) &&
    (filter.belowRun === undefined || event.above?.includes(filter.belowRun) === true) &&
    (filter.task === undefined || event.task === filter.task) &&
    (filter.source === undefined || kind !== 'file' || event.source === filter.source) &&
    (filter.states === undefined || (kind !== 'run' && kind !== 'file') || isAmong(filter.states, event.state)) &&
    (filter.levels === undefined || kind !== 'log' || isAmong(filter.levels, event.level))
  );
}

const isAmong = (values: readonly string[], value: string | undefined): boolean =>
  value !== undefined && values.includes(value);

/** The same for filters that want the same. */
export const keyOf = (filter: EventFilter): string => JSON.stringify(Object.entries(filter).sort());

/** What has to be read for a filter. */
export const needsOf = ({ kinds, rootId, belowRun }: EventFilter): ChangeNeeds => ({
  logs: kinds.includes('log'),
  progress: kinds.includes('progress'),
  roots: belowRun === undefined || rootId === undefined ? [] : [rootId],
});

/** What has to be read for all of them. */
export function allNeeds(needs: Iterable<ChangeNeeds>): ChangeNeeds {
  const all = [...needs];
  return {
    logs: all.some(({ logs }) => logs),
    progress: all.some(({ progress }) => progress),
    roots: [...new Set(all.flatMap(({ roots }) => roots))],
  };
}

/** Whether what was read for some is enough for others. */
export const suffices = (read: ChangeNeeds, needs: ChangeNeeds): boolean =>
  (read.logs || !needs.logs) && needs.roots.every((root) => read.roots.includes(root));
