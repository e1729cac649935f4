import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostileBodies, type ListedTask, type OpenApi } from '../helpers/hostile-requests.js';
import { withApi } from './api-fixture.js';
import { holdOut } from './hostile-fixture.js';

test('no body of up to 1 MB for any route costs more than a multiple of reading it, or is answered with a 5xx', () =>
  withApi(async (api) => {
    const openApi: OpenApi = (await api.ask('/api/openapi.json')).body;
    const tasks: ListedTask[] = (await api.ask('/api/tasks')).body.items;
    const sent = await holdOut(api, hostileBodies(openApi, tasks));
    assert.ok(sent > 1_000, `${sent} requests`);
  }));
