import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostileAddresses, type OpenApi } from '../helpers/hostile-requests.js';
import { withApi } from './api-fixture.js';
import { holdOut } from './hostile-fixture.js';

test('no address and no header costs more, or is answered with a 5xx', () =>
  withApi(async (api) => {
    const openApi: OpenApi = (await api.ask('/api/openapi.json')).body;
    const sent = await holdOut(api, hostileAddresses(openApi));
    assert.ok(sent > 500, `${sent} requests`);
  }));
