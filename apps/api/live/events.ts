import type {
  ChangeTable,
  FileChange,
  FoundChanges,
  LoggedLine,
  RunChange,
  RunProgress,
} from '#database/changes/read-changes.js';
import type { Standing } from './position.js';

/** The kinds of events that people choose from. */
export const eventKinds = ['run', 'file', 'progress', 'log'] as const;
export type EventKind = (typeof eventKinds)[number];

/** What filters look at. */
export interface Facets {
  readonly kind: EventKind;
  readonly run: string | null;
  readonly rootId: string | null;
  /** The run and those above it, where somebody listens to a flow that is a part of another. */
  readonly above: readonly string[] | null;
  readonly task: string | null;
  readonly source?: string | null;
  readonly state?: string;
  readonly level?: string;
}

/** An event that is no row: it has no position. */
export interface PassingEvent extends Facets {
  /** As it is sent, without an id. */
  readonly text: string;
}

/** An event as it is sent: its name and one line of JSON. */
export const eventText = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** A row of a change or of a log, as an event. */
export class ChangeEvent implements Facets, Standing {
  readonly kind: ChangeTable;
  readonly id: bigint;
  readonly xid: bigint;
  readonly #row: RunChange | FileChange | LoggedLine;
  #text: string | undefined;

  constructor(kind: ChangeTable, row: RunChange | FileChange | LoggedLine) {
    this.kind = kind;
    this.id = BigInt(row.id);
    this.xid = BigInt(row.xid);
    this.#row = row;
  }

  get table(): ChangeTable {
    return this.kind;
  }
  get run(): string | null {
    return this.#row.run;
  }
  get rootId(): string | null {
    return this.#row.rootId;
  }
  get above(): readonly string[] | null {
    return this.#row.above;
  }
  get task(): string | null {
    return this.#row.task;
  }
  get source(): string | null {
    return 'source' in this.#row ? this.#row.source : null;
  }
  get state(): string {
    return 'state' in this.#row ? this.#row.state : '';
  }
  get level(): string {
    return 'level' in this.#row ? this.#row.level : '';
  }

  /** Bytes of memory, roughly. */
  get weight(): number {
    return this.kind === 'log' ? 1_000 + 2 * this.text.length : 1_000;
  }

  /** As it is sent, without its id; made when somebody first wants it. */
  get text(): string {
    this.#text ??= eventText(this.kind, this.#data());
    return this.#text;
  }

  #data(): unknown {
    const { id, xid, above, ...row } = this.#row;
    return this.kind === 'log' ? { id, ...row } : row;
  }
}

/** The rows that were found, in their order. Of a table with as many as were asked for, no later table is taken. */
export function takeEvents(
  found: FoundChanges,
  limit: number,
): { readonly events: ChangeEvent[]; readonly complete: boolean } {
  const events: ChangeEvent[] = [];
  for (const table of ['run', 'file', 'log'] as const) {
    const rows = found[table].map((row) => new ChangeEvent(table, row)).sort((a, b) => (a.id < b.id ? -1 : 1));
    events.push(...rows);
    if (rows.length >= limit) return { events, complete: false };
  }
  return { events, complete: true };
}

/** How far a run is, as an event. */
export function progressEvent({ above, ...progress }: RunProgress): PassingEvent {
  const { run, task, rootId } = progress;
  return { kind: 'progress', run, task, rootId, above, text: eventText('progress', progress) };
}
