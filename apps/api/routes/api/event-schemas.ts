import { type TSchema, Type } from 'typebox';
import { fileStates, runStates } from '#contracts/states.js';
import { component } from '../../http/openapi/component.js';
import { FileId, Instant, Nullable, RunId } from '../../http/schemas.js';
import { FileState, LogLineSchema, RunState, RunSummarySchema } from './run-schemas.js';

const Text = Type.String();
const Root = Nullable(RunId);
const Actor = Nullable(
  Type.String({
    description: 'Who made the change: worker:ID, watcher, bearer, user:NAME, session:ID or local; null: unknown',
  }),
);
const Milliseconds = (description: string) => Nullable(Type.Number({ description: `Milliseconds ${description}` }));

/** A run that came to another state, or to another attempt. */
const RunChangeSchema = Type.Object(
  {
    run: RunId,
    rootId: Root,
    task: Text,
    trigger: Text,
    was: Nullable(RunState),
    state: RunState,
    attempt: Type.Integer({ minimum: 0, description: 'Number of the latest attempt; 0 before the first' }),
    cause: Type.String({
      description:
        'recorded, begun, lost, returned, invoked, released, due, retried, or the name of the error that ended it',
    }),
    actor: Actor,
    at: Instant,
    waitedMs: Milliseconds('for which the attempt that began could have begun; null of other changes'),
    ranMs: Milliseconds('that the attempt took; null of other changes than its end'),
  },
  component('RunChangeEvent', 'A run came to another state or attempt'),
);

/** A file that came to another state, or was loaded once more. */
const FileChangeSchema = Type.Object(
  {
    file: FileId,
    path: Nullable(Text),
    version: Nullable(Type.Integer()),
    source: Nullable(Text),
    was: Nullable(FileState),
    state: FileState,
    run: Nullable(Type.String({ description: 'The run that holds or last decided it' })),
    rootId: Root,
    task: Nullable(Type.String({ description: 'Of that run' })),
    code: Nullable(Type.String({ description: 'Kind of what is wrong with it' })),
    bytes: Type.Number(),
    rows: Nullable(Type.Number()),
    actor: Actor,
    at: Instant,
  },
  component('FileChangeEvent', 'A file came to another state, or was loaded once more'),
);

const ProgressSchema = Type.Object(
  {
    run: RunId,
    rootId: RunId,
    task: Text,
    done: Type.Number(),
    total: Nullable(Type.Number()),
  },
  component('RunProgress', 'How far a running run is'),
);

const LiveLogLineSchema = Type.Object(
  {
    ...LogLineSchema.properties,
    run: RunId,
    rootId: Root,
    task: Nullable(Text),
    isCut: Type.Boolean({
      description:
        'The message has more than 10,000 characters, or the fields more bytes: GET /api/runs/{id}/logs has all',
    }),
  },
  component('LiveLogLine', 'A line of a run’s log, and the run'),
);

const ReadySchema = Type.Object(
  { at: Instant },
  component('StreamReady', 'All that is committed after this is sent: lists that are read from now on miss nothing'),
);

const ResetSchema = Type.Object(
  {
    reason: Type.Enum(['unreadable', 'gone'], {
      description:
        'unreadable: the last event id is none of this database; gone: what happened since is not kept any more, or too much',
    }),
    detail: Type.String({ description: 'What to do' }),
  },
  component('StreamReset', 'Events are missing: read the lists again; the stream goes on from now'),
);

const Id = Type.String({
  maxLength: 6_000,
  description: 'Stands for all events up to this one; give it as Last-Event-ID or lastEventId to go on after it',
});

const EventOf = <T extends TSchema>(name: string, data: T) =>
  Type.Object({ event: Type.Enum([name]), id: Id, data }, { description: `The event ${name}` });

const PassingEvent = <T extends TSchema>(name: string, data: T) =>
  Type.Object({ event: Type.Enum([name]), data }, { description: `The event ${name}, without an id` });

const changes = [
  EventOf('run', RunChangeSchema),
  EventOf('file', FileChangeSchema),
  EventOf('log', LiveLogLineSchema),
  PassingEvent('progress', ProgressSchema),
  EventOf('reset', ResetSchema),
];

/** What a stream of all events is made of. */
export const LiveEventSchema = Type.Union(
  [EventOf('ready', ReadySchema), ...changes],
  component('LiveEvent', 'One event of the stream: its name, its id, and its data, which is one line of JSON'),
);

/** What the stream of a run is made of. */
export const RunEventSchema = Type.Union(
  [EventOf('state', RunSummarySchema), ...changes],
  component('RunEvent', 'One event of the stream of a run, which begins with its state: name, id, and data'),
);

const NamesOf = (description: string) => Type.Array(Text, { maxItems: 50, description });
const CountsBy = (states: readonly string[]) =>
  Type.Object(Object.fromEntries(states.map((state) => [state, Type.Optional(Type.Integer({ minimum: 1 }))])), {
    description: 'How many of the changes led to each state; those that none led to are left out',
  });

const PulseSchema = Type.Object(
  {
    at: Instant,
    runs: Type.Integer({ minimum: 0, description: 'How often a run came to another state or attempt' }),
    files: Type.Integer({ minimum: 0, description: 'How often a file came to another state, or was loaded once more' }),
    tasks: NamesOf('Tasks whose runs changed, by the alphabet'),
    sources: NamesOf('Sources whose files changed, by the alphabet; a file that no source takes has none'),
    isMore: Type.Boolean({ description: 'There are more tasks or sources than these 50' }),
    states: Type.Object(
      { runs: CountsBy(runStates), files: CountsBy(fileStates) },
      component('PulseStates', 'To which states runs and files came'),
    ),
  },
  component('Pulse', 'What changed since the last one, summed up, as it was read at a time'),
);

/** What the stream of summaries is made of. */
export const PulseEventSchema = Type.Union(
  [PassingEvent('ready', ReadySchema), PassingEvent('pulse', PulseSchema)],
  component('PulseEvent', 'One event of the stream of summaries: its name, and its data, which is one line of JSON'),
);
