import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostileInputs, type ListedTask } from '../helpers/hostile-requests.js';
import { withApi } from './api-fixture.js';
import { holdOut } from './hostile-fixture.js';

test('no input of up to 1 MB for any task costs more than a multiple of reading it, or is answered with a 5xx', () =>
  withApi(async (api) => {
    const tasks: ListedTask[] = (await api.ask('/api/tasks')).body.items;
    const sent = await holdOut(api, hostileInputs(tasks));
    assert.ok(sent > 1_000, `${sent} requests`);
  }));
