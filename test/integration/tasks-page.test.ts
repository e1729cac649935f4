import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { isFileTask } from '#contracts/file-task.js';
import { coverImageDays } from '#database/images/days.js';
import { writeImages } from '#database/images/rows.js';
import { transaction } from '#database/pool.js';
import { objectsDetectionExample, vehicleStatusExample } from '#samples/examples.js';
import { sampleParquet } from '../helpers/inbox.js';
import { listRuns } from '../helpers/ledger.js';
import { openTaskRunner, type TaskRunner } from '../helpers/task-runner.js';
import { readProjectFile } from '../structure/project.js';
import { withApi } from './api-fixture.js';

const page = readProjectFile('docs/tasks.md');

/** A request of the page, and the output that it shows, if it shows one. */
interface Example {
  readonly task: string;
  readonly body: unknown;
  readonly output: unknown;
}

const examples: Example[] = [
  ...page.matchAll(
    /^curl -X POST "\$api\/tasks\/([a-z0-9-]+)\/runs" -H 'content-type: application\/json' \\\n {2}-d '(.*)'\n```(?:\n\n```json\n([\s\S]*?)```)?/gm,
  ),
].map(([, task = '', body = '', output]) => ({
  task,
  body: JSON.parse(body),
  output: output === undefined ? undefined : JSON.parse(output),
}));

/** Names in the first columns of the tables of a chapter: `input` and `output`. */
function fieldsOf(text: string, kind: string): string[] {
  const table = new RegExp(`^\\| ${kind} \\|.*\\n\\|---.*\\n((?:\\|.*\\n)+)`, 'm').exec(text)?.[1] ?? '';
  return [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => String(name));
}

test('every task is on the page, with all fields of its input and output and an example', async () => {
  const chapters = new Map(page.split(/^##+ /m).map((text) => [text.slice(0, text.indexOf('\n')), text]));
  for (const task of (await loadCatalogue()).values()) {
    const chapter = chapters.get(isFileTask(task) ? 'Loading files' : task.name) ?? '';
    assert.ok(chapter.includes(isFileTask(task) ? `| \`${task.name}\` |` : ''), task.name);
    assert.deepEqual(fieldsOf(chapter, 'input'), Object.keys(task.input.properties), `input of ${task.name}`);
    assert.deepEqual(fieldsOf(chapter, 'output'), Object.keys(task.output.properties), `output of ${task.name}`);
    assert.ok(
      examples.some((example) => example.task === task.name),
      `an example of ${task.name}`,
    );
  }
});

/** One of each, and a second label. */
const recording = {
  recording: { id: 'r-0001', location: 'Vienna' },
  footages: [{ id: 'f-0001', footage_type: 'front', filename: 'r-0001/front.zip', recording: 'r-0001', frames: 60 }],
  labels: ['pedestrian', 'car'].map((label_type) => ({
    ...{ timestamp: 1_721_311_544, relative_timestamp: 12, label_type, label_certainty: 0.87, footage: 'f-0001' },
  })),
  sensors: [
    { timestamp: 1_721_311_544, relative_timestamp: 12, metric_type: 'speed', metric_value: 52.4, recording: 'r-0001' },
  ],
};

/** The files with the ids 1 to 7, and three images of a day. */
async function fill({ drop, pool }: TaskRunner): Promise<void> {
  const day = 24 * 60;
  for (const [path, minute] of [
    ['2023-01-01 00:00:00', 0],
    ['2023-01-01 00:01:00', 1],
    ['2023-01-02 00:00:00', day],
  ] as const) {
    await drop('data-sample', `${path}.parquet`, sampleParquet(minute));
  }
  await drop(
    'objects-detection',
    objectsDetectionExample.fileName,
    Buffer.from(JSON.stringify(objectsDetectionExample.document)),
  );
  await drop(
    'vehicle-status',
    vehicleStatusExample.fileName,
    Buffer.from(JSON.stringify(vehicleStatusExample.document)),
  );
  await drop('images', 'photo.jpg', Buffer.from('as if'));
  await drop('recordings', 'recording_r-0001.json', Buffer.from(JSON.stringify(recording)));
  await fillImages(pool);
}

async function fillImages(pool: pg.Pool): Promise<void> {
  const importDate = '2022-07-10';
  const face = { x: 1, y: 1, width: 9, height: 9, score: 0.9, landmarks: {} };
  await pool.query(
    `INSERT INTO ops.file (id, source, path, size, mtime_ns, sha256, state, seen_at)
     SELECT 100 + n, 'images', 'day/' || n || '.jpg', 1, 1, md5(n::text), 'loaded', $1 FROM generate_series(1, 3) n`,
    [`${importDate} 01:10:00+00`],
  );
  await coverImageDays(pool, [importDate]);
  await transaction(pool, (tx) =>
    writeImages(
      tx,
      [3, 0, 3].map((faces, n) => ({
        ...{ fileId: BigInt(101 + n), importDate, name: `${10001 + n}`, md5: 'd'.repeat(32), sha256: 'e'.repeat(64) },
        ...{ width: 612, height: n === 2 ? 410 : 408, format: 'jpeg', model: 'm@1', threshold: 0.5 },
        faces: Array(faces).fill(face),
      })),
    ),
  );
}

const runId = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const shownId = '01a20000-0000-7000-8000-000000000000';

test('the examples of the page are taken, and give what it shows', () =>
  withApi(async ({ ask, pool, url, inbox }) => {
    const runner = await openTaskRunner({ pool, url }, inbox, { star: true });
    try {
      await fill(runner);
      for (const { task, body, output } of examples) {
        const answer = await ask(`/api/tasks/${task}/runs`, { method: 'POST', body });
        assert.equal(answer.status, 202, JSON.stringify(answer.body));
        if (output === undefined) {
          // What it finds depends on the models of the machine.
          await pool.query(`UPDATE ops.run SET state = 'cancelled', ended_at = now() WHERE id = $1`, [answer.body.id]);
          continue;
        }
        await runner.drain();
        const ended = (await listRuns(pool)).find(({ id }) => id === answer.body.id);
        assert.equal(ended?.state, 'succeeded', JSON.stringify(ended?.error));
        // Months are counted back from today.
        const shown = JSON.stringify(ended.output)
          .replace(runId, shownId)
          .replace(/"before":"[-0-9]+"/, '"before":"1926-12-01"');
        assert.deepEqual(JSON.parse(shown), output, task);
      }
    } finally {
      await runner.close();
    }
  }));
