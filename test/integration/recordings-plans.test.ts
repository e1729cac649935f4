import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from '#database/pool.js';
import { recordingChoices } from '#database/queries/recordings/choices.js';
import { footageTimeline } from '#database/queries/recordings/footage-timeline.js';
import { listFrames } from '#database/queries/recordings/frames.js';
import { rankRecordings, topLabels } from '#database/queries/recordings/labels.js';
import { findRecording, listRecordings } from '#database/queries/recordings/recordings.js';
import { sensorStats } from '#database/queries/recordings/sensor-stats.js';
import { withTestDatabase } from '../helpers/database.js';
import { explainingPool, type Scan } from '../helpers/explain.js';
import { fillRecordings } from '../helpers/many-recordings.js';

const page = { limit: 50 };
const grouping = { by: ['metric', 'bucket'], bucket: 'hour' } as const;
const speed = { name: 'speed', comparison: '>', bound: 50 } as const;
const pedestrian = { name: 'pedestrian', comparison: '>=', bound: 0.6 } as const;

/** Each question, as it is sent for a request. */
const questions: Readonly<Record<string, (pool: Pool) => Promise<unknown>>> = {
  'figures of all values': (pool) => sensorStats(pool, { filter: {}, grouping, percentiles: [] }, page),
  'figures of an afternoon': (pool) =>
    sensorStats(
      pool,
      { filter: { from: '2024-07-03T12:00:30.000000Z', to: '2024-07-03T18:00:10.000000Z' }, grouping, percentiles: [] },
      page,
    ),
  'percentiles of a recording': (pool) =>
    sensorStats(pool, { filter: { recording: 'drive-00007' }, grouping, percentiles: [50, 99] }, page),
  'percentiles of a quarter of an hour': (pool) =>
    sensorStats(
      pool,
      {
        filter: { from: '2024-07-03T12:00:00.000000Z', to: '2024-07-03T12:15:00.000000Z' },
        grouping,
        percentiles: [50],
      },
      page,
    ),
  'figures of high values': (pool) =>
    sensorStats(pool, { filter: { minValue: 129.5 }, grouping, percentiles: [50] }, page),
  'frames that fit': (pool) => listFrames(pool, { metrics: [speed], labels: [pedestrian] }, page),
  'frames by a metric': (pool) => listFrames(pool, { metrics: [{ ...speed, bound: 129 }], labels: [] }, page),
  'frames of a location': (pool) => listFrames(pool, { metrics: [], labels: [pedestrian], location: 'Vienna' }, page),
  'frames of a later page': (pool) =>
    listFrames(
      pool,
      { metrics: [speed], labels: [pedestrian] },
      { ...page, after: ['drive-00020', 'drive-00020-back', 7] },
    ),
  'labels with the highest certainties': (pool) => topLabels(pool, {}, 5, page),
  ranking: (pool) => rankRecordings(pool, { hundredths: 60 }, page),
  'a list of recordings': (pool) => listRecordings(pool, {}, page),
  choices: recordingChoices,
  'a timeline': (pool) => footageTimeline(pool, 'drive-00007-front', { points: 100 }),
  'a stretch of a timeline': (pool) =>
    footageTimeline(pool, 'drive-00007-front', { points: 10, from: 20, to: 60, metrics: ['speed'], labels: ['car'] }),
  'a recording': (pool) => findRecording(pool, 'drive-00007'),
};

/** The steps that read values or labels one by one. */
async function seqScans(pool: Pool, ask: (pool: Pool) => Promise<unknown>): Promise<Scan[]> {
  const scans: Scan[] = [];
  await ask(explainingPool(pool, scans));
  assert.ok(scans.length > 0, 'nothing is read');
  return scans.filter(({ kind, table }) => kind === 'Seq Scan' && /^(sensor|label)_\d/.test(table));
}

test('no question reads the values or the labels one by one from their beginning', () =>
  withTestDatabase(async ({ pool }) => {
    await fillRecordings(pool, { values: 240_000, labels: 120_000 });
    for (const [name, ask] of Object.entries(questions)) assert.deepEqual(await seqScans(pool, ask), [], name);
    // The sizes are such that reading everything is what the planner takes without an index.
    await pool.query('DROP INDEX recordings.sensor_metric_type_metric_value_idx');
    const high = questions['figures of high values'];
    assert.ok(high);
    assert.ok((await seqScans(pool, high)).length > 0, 'without its index a question reads everything');
  }));
