import type { Task } from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';
import type { Filter } from '../../ui/filter/filter.js';
import { runStates } from '../../ui/states.js';

const triggers = {
  watcher: 'watcher (a file came)',
  api: 'API or console',
  replay: 'replay of a file',
  invoke: 'another run',
  follow: 'follows a load',
  schedule: 'schedule',
} as const;

/** What runs can be narrowed by, as the API has it. */
export const filtersOf = (tasks: readonly Task[]): readonly Filter[] => [
  {
    name: 'text',
    label: 'Text or run id',
    kind: 'text',
    isMain: true,
    hint: 'in input, output or error',
  },
  {
    name: 'task',
    label: 'Task',
    kind: 'choice',
    isMain: true,
    options: tasks.map(({ name }) => ({ value: name, label: name })),
  },
  {
    name: 'trigger',
    label: 'Trigger',
    kind: 'choice',
    isMain: true,
    isMany: true,
    options: Object.entries(triggers).map(([value, label]) => ({ value, label })),
  },
  {
    name: 'state',
    label: 'State',
    kind: 'choice',
    isMany: true,
    options: Object.keys(runStates).map((value) => ({ value, label: value })),
  },
  { name: 'from', label: 'Recorded from', kind: 'time' },
  { name: 'to', label: 'Recorded until', kind: 'time' },
  { name: 'minSeconds', label: 'Took at least', kind: 'number', unit: 's' },
  { name: 'maxSeconds', label: 'Took at most', kind: 'number', unit: 's' },
  { name: 'file', label: 'File', kind: 'text', hint: 'the path begins so; * for anything' },
  { name: 'error', label: 'Error', kind: 'text', hint: 'its name: TypeError' },
  { name: 'label', label: 'Label', kind: 'text', hint: 'name:value' },
  { name: 'schedule', label: 'Schedule', kind: 'text', hint: 'its name' },
  { name: 'rootId', label: 'Flow', kind: 'text', hint: 'id of its first run' },
  { name: 'parentId', label: 'Invoked by', kind: 'text', hint: 'id of a run' },
  { name: 'retryOf', label: 'Repeats', kind: 'text', hint: 'id of a run' },
];

/** Windows of time that go along with the clock, as the address names them. */
const windows = { '1h': 3_600_000, '24h': 86_400_000, '7d': 7 * 86_400_000, '30d': 30 * 86_400_000 } as const;

/** Which runs are wanted, as the API takes it. */
export interface RunFilter {
  readonly task?: string;
  readonly state?: string;
  readonly trigger?: string;
  readonly label?: string;
  readonly rootId?: string;
  readonly parentId?: string;
  readonly retryOf?: string;
  readonly schedule?: string;
  readonly from?: string;
  readonly to?: string;
  readonly minDurationMs?: number;
  readonly maxDurationMs?: number;
  readonly file?: string;
  readonly error?: string;
  readonly text?: string;
}

const plain = [
  'task',
  'state',
  'trigger',
  'label',
  'rootId',
  'parentId',
  'retryOf',
  'schedule',
  'to',
  'file',
  'error',
  'text',
];

/** What the address asks for, at this moment: a window of time ends now. */
export function filterOf(texts: Texts, now = Date.now()): RunFilter {
  const length = windowOf(texts);
  const from = length === undefined ? texts['from'] : new Date(now - length).toISOString();
  const minDurationMs = millisecondsOf(texts['minSeconds']);
  const maxDurationMs = millisecondsOf(texts['maxSeconds']);
  return {
    ...Object.fromEntries(plain.flatMap((name) => (texts[name] ? [[name, texts[name]]] : []))),
    ...(from ? { from } : {}),
    ...(minDurationMs === undefined ? {} : { minDurationMs }),
    ...(maxDurationMs === undefined ? {} : { maxDurationMs }),
  };
}

/** The part of the address that says which runs are wanted: what queries are known by. A window that there is not counts for none. */
export const filterTexts = (texts: Texts): Texts =>
  Object.fromEntries(
    [...plain, 'from', 'minSeconds', 'maxSeconds', ...(windowOf(texts) === undefined ? [] : ['since'])].flatMap(
      (name) => (texts[name] ? [[name, texts[name]]] : []),
    ),
  );

const windowOf = ({ since }: Texts): number | undefined =>
  Object.entries(windows).find(([name]) => name === since)?.[1];

function millisecondsOf(seconds: string | undefined): number | undefined {
  const value = seconds === undefined ? Number.NaN : Math.round(Number(seconds) * 1_000);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** Whether somebody has put a run's id there. */
export const isRunId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text.trim());
