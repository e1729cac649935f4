/** How the events of a file stand in it. */
export interface EventLayout {
  readonly name: string;
  readonly extension: 'json' | 'ndjson' | 'jsonl';
  /** Most events that the layout holds. */
  readonly maxEvents: number;
  write(wrapperKey: string, events: readonly unknown[]): string;
}

const unlimited = Number.POSITIVE_INFINITY;

/** Every layout that the event files are known to come in. */
export const eventLayouts: readonly EventLayout[] = [
  {
    name: 'wrapping object',
    extension: 'json',
    maxEvents: unlimited,
    write: (key, events) => JSON.stringify({ [key]: events }),
  },
  {
    name: 'newline-delimited',
    extension: 'ndjson',
    maxEvents: unlimited,
    write: (_key, events) => lines(events, '\n'),
  },
  { name: 'bare array', extension: 'json', maxEvents: unlimited, write: (_key, events) => JSON.stringify(events) },
  {
    name: 'single event',
    extension: 'json',
    maxEvents: 1,
    write: (_key, events) => JSON.stringify(events[0], null, 2),
  },
  {
    name: 'wrapping object, pretty-printed',
    extension: 'json',
    maxEvents: unlimited,
    write: (key, events) => `${JSON.stringify({ version: 2, [key]: events, count: events.length }, null, 2)}\n`,
  },
  {
    name: 'newline-delimited, CRLF',
    extension: 'jsonl',
    maxEvents: unlimited,
    write: (_key, events) => lines(events, '\r\n'),
  },
  {
    name: 'wrapping object after a byte-order mark',
    extension: 'json',
    maxEvents: unlimited,
    write: (key, events) => `\uFEFF${JSON.stringify({ [key]: events })}`,
  },
];

function lines(events: readonly unknown[], end: string): string {
  return events.map((event) => JSON.stringify(event) + end).join('');
}
