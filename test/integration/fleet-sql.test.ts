import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldOf } from '#contracts/dataset-parameters.js';
import { objectsDetectionExample, vehicleStatusExample } from '#samples/examples.js';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { readProjectFile } from '../structure/project.js';
import type { Answer } from './api-fixture.js';
import { loadSamples, withFleet } from './fleet-fixture.js';

/** The questions of the page, each in SQL and as a request. */
const questions = [
  ...readProjectFile('docs/sql-views.md').matchAll(/^\*\*(.+)\*\*: `GET (\S+)`\n\n```sql\n([^`]+)```/gm),
].map(([, words = '', path = '', sql = '']) => ({ words, path, sql }));

/** The list that an answer is about. */
function itemsOf(body: Answer['body'], columns: readonly string[]): Answer['body'][] {
  if (body.items !== undefined) return body.items;
  return columns.includes('seconds') ? body.reports.byStatus : [body];
}

const asText = (value: unknown): string =>
  value instanceof Date ? value.toISOString() : value === null ? '0' : String(value);

test('the questions of the page have the same answers in SQL and by the API', () =>
  withFleet(async (fleet) => {
    await loadSamples(fleet, 30);
    assert.equal(questions.length, 10);
    const { api } = fleet;
    for (const { words, path, sql } of questions) {
      const { rows, fields } = await api.pool.query(sql);
      const columns = fields.map(({ name }) => name);
      assert.ok(rows.length > 0, `${words}: there is something to see`);
      const { status, body } = await api.ask(path);
      assert.equal(status, 200, words);
      const shown = itemsOf(body, columns).map((item) =>
        columns.map((column) => {
          const value = item[fieldOf(column)];
          return /_(at|time)$/.test(column) ? new Date(value).toISOString() : asText(value);
        }),
      );
      const expected = rows.map((row) =>
        columns.map((column) => asText(column === 'seconds' ? Number(row[column]) : row[column])),
      );
      assert.deepEqual(shown, expected, words);
    }
  }));

test('the requests of the page on the fleet are answered, its examples as they stand', () =>
  withFleet(async ({ api, load }) => {
    await load('objects-detection', objectsDetectionExample.fileName, JSON.stringify(objectsDetectionExample.document));
    await load('vehicle-status', vehicleStatusExample.fileName, JSON.stringify(vehicleStatusExample.document));
    const examples = readCurlExamples('docs/fleet.md');
    assert.equal(examples.length, 16);
    for (const { path, command } of examples) assert.equal((await api.ask(`/api${path}`)).status, 200, command);
    const [cars, series, vehicle] = [...readProjectFile('docs/fleet.md').matchAll(/^```json\n([^`]+)```/gm)].map(
      ([, text = '']): unknown => JSON.parse(text),
    );
    assert.deepEqual((await api.ask('/api/objects-detection/stats?groupBy=objectType&objectType=cars')).body, cars);
    const evening = 'from=2022-06-05T20:00:00Z&to=2022-06-05T21:59:59Z&grain=hour&objectType=cars';
    assert.deepEqual((await api.ask(`/api/objects-detection/series?${evening}`)).body, series);
    assert.deepEqual((await api.ask('/api/vehicles?status=accident')).body.items, [vehicle]);
  }));
