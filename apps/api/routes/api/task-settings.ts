import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { TaskDefinition } from '#contracts/task.js';
import { effectiveSettings, patchSettings, type TaskSettings } from '#contracts/task-settings.js';
import { changeSettings, type SettingsChange, type SettingsRequest } from '#database/settings/change-settings.js';
import { findSettings, findSettingsVersion, listSettingsVersions } from '#database/settings/task-settings.js';
import { actorOf } from '../../auth/client.js';
import type { ApiDeps } from '../../deps.js';
import { type Act, acting } from '../../http/acting.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { isMatched } from '../../http/etag.js';
import { HttpProblem, notFound, unprocessable } from '../../http/problem.js';
import { ListQuery, Nullable, PageOf, problems } from '../../http/schemas.js';
import { knownTask } from '../../tasks/known-task.js';
import {
  RestoreSchema,
  SettingsPatchSchema,
  SettingsVersionSchema,
  TaskSettingsSchema,
} from './task-settings-schemas.js';

const NameParam = Type.Object({ name: Type.String({ maxLength: 200 }) });
const VersionParam = Type.Object({
  ...NameParam.properties,
  version: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, description: 'Number of the version' }),
});
const IfMatch = Type.Object({
  'if-match': Type.Optional(
    Type.String({ maxLength: 1_000, description: 'The ETag of the settings that the change is meant for' }),
  ),
});

const etagOf = (version: number): string => `"${version}"`;

/** GET and PATCH /api/tasks/{name}/settings, their versions, and taking over a version again. */
export async function taskSettingsRoutes(app: App, deps: ApiDeps): Promise<void> {
  const { pool, settings } = deps;

  const definitionOf = (name: string): TaskDefinition => knownTask(settings.definitions, name);
  const show = async (definition: TaskDefinition, reply: FastifyReply): Promise<Static<typeof TaskSettingsSchema>> => {
    const found = await findSettings(pool, definition.name);
    const { version = 0, at = null, settings: set = {} } = found ?? {};
    reply.header('etag', etagOf(version)).header('cache-control', 'no-cache');
    return {
      ...{ task: definition.name, version, changedAt: at, set },
      effective: effectiveSettings(definition, set),
      definition: effectiveSettings(definition, {}),
    };
  };
  /** Records what is asked for and then does it. */
  const change = async (
    request: FastifyRequest,
    action: Act['action'],
    wanted: Pick<SettingsRequest, 'definition' | 'next' | 'note' | 'restored'>,
    detail: Readonly<Record<string, unknown>>,
  ): Promise<void> => {
    const { caller, session } = actorOf(request);
    const tag = request.headers['if-match'];
    await acting(
      deps,
      request,
      { action, subject: `task:${wanted.definition.name}`, detail },
      async () => {
        const isKnown = (version: number): boolean => isMatched(tag, etagOf(version));
        const changed = await changeSettings(pool, { ...wanted, caller, session, isKnown });
        if (changed.kind === 'outdated') throw outdated(wanted.definition.name, tag, changed.version);
        return changed;
      },
      ({ kind, version }: SettingsChange) => ({ version, ...(kind === 'same' ? { same: true } : {}) }),
    );
    // What this process records next goes by it; the others see it within seconds.
    await settings.refresh();
  };

  app.get(
    '/api/tasks/:name/settings',
    {
      schema: {
        operationId: 'getTaskSettings',
        tags: ['tasks'],
        summary: 'What holds for a task, what of it is set, and what its definition says',
        params: NameParam,
        response: { 200: TaskSettingsSchema, ...problems(404) },
      },
    },
    ({ params }, reply) => show(definitionOf(params.name), reply),
  );

  app.patch(
    '/api/tasks/:name/settings',
    {
      schema: {
        operationId: 'changeTaskSettings',
        tags: ['tasks'],
        summary: 'Change what holds for a task, without a restart',
        description:
          'What is null is as the definition says again, what is left out stays. Every worker, the watcher and the API go by it ' +
          'within five seconds. With If-Match it is done only if nobody else has changed them since; else it is a 412.',
        params: NameParam,
        headers: IfMatch,
        body: SettingsPatchSchema,
        response: { 200: TaskSettingsSchema, ...problems(400, 404, 412, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const definition = definitionOf(request.params.name);
      const { note, ...patch } = request.body;
      if (patch.batch && !definition.source) {
        throw unprocessable([{ path: '/batch', message: `must be left out: ${definition.name} loads no files` }]);
      }
      const next = (now: TaskSettings): TaskSettings => patchSettings(now, patch);
      await change(
        request,
        'change-task-settings',
        { definition, next, note },
        { ...patch, ...(note ? { note } : {}) },
      );
      return await show(definition, reply);
    },
  );

  app.get(
    '/api/tasks/:name/settings/versions',
    {
      schema: {
        operationId: 'listTaskSettingsVersions',
        tags: ['tasks'],
        summary: 'The versions of a task’s settings, newest first: who changed what, and when',
        params: NameParam,
        querystring: ListQuery({}),
        response: { 200: PageOf(SettingsVersionSchema, 'A page of versions'), ...problems(404, 422) },
      },
    },
    async ({ params, query }) => {
      const { name } = definitionOf(params.name);
      const page = await listSettingsVersions(pool, name, readPage(Type.Integer({ minimum: 1 }), query));
      const { items, nextCursor } = toPage(page);
      return { items: items.map((item) => ({ ...item, changes: [...item.changes] })), nextCursor };
    },
  );

  app.post(
    '/api/tasks/:name/settings/versions/:version/restore',
    {
      schema: {
        operationId: 'restoreTaskSettings',
        tags: ['tasks'],
        summary: 'Set what an earlier version set, as a new version',
        params: VersionParam,
        headers: IfMatch,
        body: Nullable(RestoreSchema),
        response: { 200: TaskSettingsSchema, ...problems(400, 404, 412, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const { name, version: restored } = request.params;
      const definition = definitionOf(name);
      const earlier = await findSettingsVersion(pool, name, restored);
      if (!earlier)
        throw notFound(
          `the settings of ${name} have no version ${restored}; GET /api/tasks/${name}/settings/versions lists them`,
        );
      const { note } = request.body ?? {};
      const next = (): TaskSettings => earlier.settings;
      await change(
        request,
        'restore-task-settings',
        { definition, next, note, restored },
        { restored, ...(note ? { note } : {}) },
      );
      return await show(definition, reply);
    },
  );
}

const outdated = (task: string, tag: string | undefined, version: number): HttpProblem =>
  new HttpProblem(
    'changed-meanwhile',
    `the settings of ${task} are at version ${version}, whose ETag is ${etagOf(version)}; If-Match names ${tag}; read them again`,
  );
