import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Compile } from 'typebox/compile';
import { loadCatalogue } from '#catalogue/catalogue.js';
import type { App } from '../../apps/api/http/app-type.js';
import { inlined, type OpenApi, operationsOf, refsIn, resolveRef } from '../helpers/open-api.js';
import { seedFile, type TestApi, withApi } from './api-fixture.js';

const examples = fileURLToPath(new URL('../structure/examples', import.meta.url));
const token = 'a-token-for-tests-of-the-api-0123456789';
const bearer = { authorization: `Bearer ${token}` };

const documentOf = async (api: TestApi, headers = {}): Promise<OpenApi> =>
  (await api.ask('/api/openapi.json', { headers })).body;

async function assertValid(document: OpenApi): Promise<void> {
  const validator = new Validator();
  const { valid, errors } = await validator.validate({ ...document });
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, '3.1');
}

/** Runs the work while the routes of every API that is built are gathered, as `METHOD /path/{parameter}`. */
async function withRoutes(work: (routes: ReadonlySet<string>) => Promise<void>): Promise<void> {
  const routes = new Set<string>();
  const gather = (message: unknown): void => {
    const { fastify } = message as { fastify: App };
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.add(`${each} ${url.replace(/:(\w+)/g, '{$1}')}`);
    });
  };
  subscribe('fastify.initialization', gather);
  try {
    await work(routes);
  } finally {
    unsubscribe('fastify.initialization', gather);
  }
}

/** What is wrong with a document beyond what the schema of OpenAPI says. */
function faultsOf(document: OpenApi): string[] {
  const faults: string[] = [];
  const operations = operationsOf(document);
  const ids = operations.map(({ operation }) => operation.operationId);
  for (const { method, path, operation } of operations) {
    const where = `${method} ${path}`;
    const id = operation.operationId ?? '';
    if (!/^[a-z][a-z]+([A-Z][a-zA-Z0-9]*)+$/.test(id)) faults.push(`${where}: the operationId "${id}" is no verbNoun`);
    if (ids.filter((each) => each === id).length > 1) faults.push(`${where}: the operationId ${id} is not its own`);
    for (const [status, { description = '', content = {} }] of Object.entries(operation.responses)) {
      if (description === '' || description === 'Default Response') faults.push(`${where} ${status}: no description`);
      for (const { schema } of Object.values(content)) {
        if (schema === undefined) faults.push(`${where} ${status}: no schema`);
      }
    }
  }
  const refs = [...new Set(refsIn(document))];
  for (const ref of refs) if (resolveRef(document, ref) === undefined) faults.push(`${ref} leads nowhere`);
  // From the paths: components that only name each other are used by nobody.
  const used = new Set<string>();
  const follow = (node: unknown): void => {
    for (const ref of refsIn(node)) {
      if (used.has(ref)) continue;
      used.add(ref);
      follow(resolveRef(document, ref));
    }
  };
  follow(document.paths);
  for (const name of Object.keys(document.components.schemas)) {
    if (!used.has(`#/components/schemas/${name}`)) faults.push(`nothing uses the component ${name}`);
  }
  return faults;
}

for (const apiToken of [undefined, token]) {
  test(`the OpenAPI document ${apiToken === undefined ? 'without' : 'with'} a token is valid, and describes exactly the routes below /api`, () =>
    withRoutes((routes) =>
      withApi(
        async (api) => {
          const document = await documentOf(api, bearer);
          await assertValid(document);
          assert.deepEqual(faultsOf(document), []);
          const open = operationsOf(document).filter(({ operation }) => operation.security?.length === 0);
          assert.deepEqual(
            open.map(({ path }) => path),
            ['/healthz', '/readyz', '/api/session', '/api/session'],
          );
          const isApi = (route: string) => route.includes(' /api/') && !route.startsWith('HEAD ');
          assert.deepEqual(
            operationsOf(document)
              .map(({ method, path }) => `${method} ${path}`)
              .filter(isApi)
              .sort(),
            [...routes].filter(isApi).sort(),
          );
        },
        apiToken === undefined ? {} : { apiToken },
      ),
    ));
}

test('a catalogue with the tasks of the README gives a valid document, with an operation of its own types for each task', async () => {
  const catalogue = await loadCatalogue([examples]);
  await withApi(
    async (api) => {
      const document = await documentOf(api);
      await assertValid(document);
      assert.deepEqual(faultsOf(document), []);
      for (const task of catalogue.values()) {
        const { operationId, requestBody, responses } = document.paths[`/api/tasks/${task.name}/runs`]?.['post'] ?? {};
        assert.match(String(operationId), /^start[A-Z]\w+Run$/);
        const name = String(operationId).slice('start'.length, -'Run'.length);
        const body = requestBody?.content['application/json']?.schema;
        assert.deepEqual(body, { $ref: `#/components/schemas/New${name}Run` });
        assert.deepEqual(responses?.['202']?.content?.['application/json']?.schema, {
          $ref: `#/components/schemas/${name}Run`,
        });
        const typed = inlined(document, body);
        assert.ok(typeof typed === 'object' && typed !== null && 'properties' in typed);
        assert.deepEqual(Reflect.get(Object(typed.properties), 'input'), JSON.parse(JSON.stringify(task.input)));
      }
      assert.ok(document.paths['/api/tasks/load-weather/runs'], 'the declared source of the README');
    },
    { deps: { catalogue } },
  );
});

test('what the API answers fits what the document says', () =>
  withApi(async (api) => {
    const document = await documentOf(api);
    const fits = (name: string, value: unknown): void => {
      const schema = Compile(Object(inlined(document, document.components.schemas[name])));
      assert.ok(schema.Check(value), `${name}: ${JSON.stringify([...schema.Errors(value)])}`);
    };
    const file = await seedFile(api.pool, { path: 'a.json', state: 'settled' });
    const path = '/api/tasks/load-objects-detection/runs';
    const body = { input: { files: [file] }, idempotencyKey: 'once', priority: 1, delayMs: 60_000 };
    fits('NewLoadObjectsDetectionRun', body);
    const run = await api.ask(path, { method: 'POST', body });
    assert.equal(run.status, 202);
    fits('LoadObjectsDetectionRun', run.body);
    fits('RunDetail', (await api.ask(`/api/runs/${run.body.id}`)).body);
    fits('RunPage', (await api.ask('/api/runs')).body);
    fits('FileDetail', (await api.ask(`/api/files/${file}`)).body);
    fits('FilePage', (await api.ask('/api/files')).body);
    fits('TaskPage', (await api.ask('/api/tasks')).body);
    fits('FaceModels', (await api.ask('/api/face-models')).body);
    fits('NotReady', (await api.ask('/readyz')).body);
    fits('Platform', (await api.ask('/api/platform')).body);
    const unfit = await api.ask(path, { method: 'POST', body: { input: { files: [] }, idempotencyKey: 'twice' } });
    assert.equal(unfit.status, 422);
    fits('Problem', unfit.body);
    fits('Problem', (await api.ask(path, { method: 'POST', body: { ...body, priority: 2 } })).body);
  }));
