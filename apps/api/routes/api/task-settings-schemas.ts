import { type TSchema, Type } from 'typebox';
import { settingValues, TaskSettings } from '#contracts/task-settings.js';
import { component } from '../../http/openapi/component.js';
import { CallerName, Instant, Nullable } from '../../http/schemas.js';

const closed = { additionalProperties: false };
const NoteSchema = Type.Optional(
  Type.String({ maxLength: 1_000, description: 'Why, for those who read the versions' }),
);

type Nullables<T extends Record<string, TSchema>> = { [K in keyof T]: ReturnType<typeof Nullable<T[K]>> };
const nullable = <T extends Record<string, TSchema>>(fields: T): Nullables<T> =>
  Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, Nullable(schema)])) as Nullables<T>;

/** What PATCH takes: of each value another one, or null. */
export const SettingsPatchSchema = Type.Partial(
  Type.Object({
    ...nullable(settingValues),
    retry: Nullable(Type.Partial(Type.Object(nullable(settingValues.retry)), closed)),
    batch: Nullable(Type.Partial(Type.Object(nullable(settingValues.batch)), closed)),
    note: NoteSchema,
  }),
  {
    ...closed,
    ...component('TaskSettingsPatch', 'What is null is to be as the definition says, what is left out stays'),
  },
);

/** What may come with a restore. */
export const RestoreSchema = Type.Object({ note: NoteSchema }, { ...closed, ...component('TaskSettingsRestore') });

const EffectiveSchema = Type.Object(
  {
    ...settingValues,
    concurrency: Nullable(settingValues.concurrency),
    retry: Type.Object(settingValues.retry),
    batch: Nullable(Type.Object(settingValues.batch, { description: 'Null for a task that loads no files' })),
  },
  component('TaskSettingValues', 'All that settings may say of a task'),
);

const SetSchema = Type.Object(
  TaskSettings.properties,
  component('TaskSettingsSet', 'What is set; the definition says the rest'),
);

/** The settings of a task. */
export const TaskSettingsSchema = Type.Object(
  {
    task: Type.String(),
    version: Type.Integer({ minimum: 0, description: 'Counts the changes from 1; 0: nothing was ever set' }),
    changedAt: Nullable(Instant),
    effective: EffectiveSchema,
    set: SetSchema,
    definition: EffectiveSchema,
  },
  component('TaskSettings', 'What holds for a task, what of it is set, and what its definition says'),
);

const Value = Type.Unknown({ description: 'A number, a text, true, false, or null for none' });

/** A version of them. */
export const SettingsVersionSchema = Type.Object(
  {
    task: Type.String(),
    version: Type.Integer({ minimum: 1 }),
    at: Instant,
    caller: CallerName,
    session: Nullable(Type.String({ description: 'Which session, as in /api/actions' })),
    note: Nullable(Type.String()),
    restored: Nullable(Type.Integer({ description: 'The version whose settings it took over again' })),
    settings: SetSchema,
    changes: Type.Array(
      Type.Object({
        setting: Type.String({ examples: ['retry.attempts'] }),
        from: Value,
        to: Value,
        wasSet: Type.Boolean({ description: 'False: the definition said it' }),
        isSet: Type.Boolean({ description: 'False: the definition says it' }),
      }),
    ),
  },
  component('TaskSettingsVersion', 'What was set for a task, by whom and when'),
);
