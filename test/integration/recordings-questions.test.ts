import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeFootages } from '#samples/recordings/footage.js';
import { sampleRecording } from '#samples/recordings/model.js';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { seedRecordings } from '../helpers/recordings.js';
import { readProjectFile } from '../structure/project.js';
import { withApi } from './api-fixture.js';

const page = 'docs/recordings-questions.md';
const recordings = Array.from({ length: 20 }, (_, index) => sampleRecording(index, 1));

/** The requests that an SQL statement stands behind, with that. */
function readPairs(): { path: string; sql: string }[] {
  const pairs = /```sh\ncurl "\$api([^"]*)"\n```\n\n```sql\n([\s\S]*?)```/g;
  return [...readProjectFile(page).matchAll(pairs)].map(([, path = '', sql = '']) => ({ path, sql }));
}

/** Rows as SQL gives them of an answer's items: those of a recording's labels one by one. */
function rowsOf(items: Record<string, unknown>[]): Record<string, unknown>[] {
  return items.flatMap((item) => {
    const { labels, percentiles } = item;
    if (Array.isArray(labels) && item['footage'] === undefined) return labels.map((label) => ({ ...item, ...label }));
    return [{ ...item, ...(percentiles === undefined ? {} : { percentiles: Object.values(Object(percentiles)) }) }];
  });
}

/** Numbers to nine digits. */
const plainNumber = (value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(9)) : value);

/** As both sides can be compared: times as text, numbers to nine digits. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return plainNumber(number);
}

test('each SQL statement of the page gives what its request gives', () =>
  withApi(async (api) => {
    await seedRecordings(api.pool, recordings);
    const pairs = readPairs();
    assert.equal(pairs.length, 6);
    assert.equal([...readProjectFile(page).matchAll(/```sql/g)].length, pairs.length);
    for (const { path, sql } of pairs) {
      const { status, body } = await api.ask(`/api${path}`);
      assert.equal(status, 200, path);
      assert.equal(body.nextCursor, null, path);
      const { rows, fields } = await api.pool.query<Record<string, unknown>>(sql);
      const names = fields.map(({ name }) => name);
      const pick = (row: Record<string, unknown>) => names.map((name) => plain(row[name]));
      assert.ok(rows.length > 0, sql);
      assert.deepEqual(rowsOf(body.items).map(pick), rows.map(pick), path);
    }
  }));

test('the requests of both pages are answered', () =>
  withApi(async (api) => {
    await seedRecordings(api.pool, recordings);
    const [first] = recordings;
    assert.ok(first);
    await writeFootages(api.deps.config.footageDir, first);
    for (const { path, command } of readCurlExamples(page)) {
      assert.equal((await api.ask(`/api${path}`)).status, 200, command);
    }
    const timeline = /^```json\n([\s\S]*?)```/m.exec(readProjectFile(page))?.[1] ?? '';
    const drawn = (await api.ask('/api/footages/drive-00001-front/timeline?points=3&metric=speed&label=animal')).body;
    const { axis, metrics, labels } = JSON.parse(JSON.stringify(drawn, (_, value: unknown) => plainNumber(value)));
    assert.deepEqual({ axis, metrics, labels }, JSON.parse(timeline));
    const shown = [...readProjectFile('docs/frames.md').matchAll(/^curl (?!-X).*"\$api(\/[^"]*)"/gm)].map(
      ([, path = '']) => path,
    );
    assert.equal(shown.length, 3);
    for (const path of shown) {
      assert.equal((await api.app.inject(`/api${path.replace('/12', '/2')}`)).statusCode, 200, path);
    }
    const [, task = '', body = ''] =
      /"\$api(\/tasks\/[^"]*)"[\s\S]*? -d '([^']*)'/.exec(readProjectFile('docs/frames.md')) ?? [];
    assert.equal((await api.ask(`/api${task}`, { method: 'POST', body: JSON.parse(body) })).status, 202);
  }));
