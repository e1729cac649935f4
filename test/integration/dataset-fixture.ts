import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { type DatasetTaskDefinition, isDatasetTask } from '#contracts/file-task.js';
import { ensureDatasets } from '#database/datasets/tables.js';
import { settleFiles } from '#database/ledger/settle.js';
import { recordSightings } from '#database/ledger/sightings.js';
import { loadDatasetBody } from '#loading/task-body.js';
import { runAttempt } from '#runs/attempt.js';
import { startRun } from '#runs/start-run.js';
import { begun } from '#testing/task-runner.js';
import { openStubWorker } from '../helpers/stub-worker.js';
import { type Answer, type TestApi, withApi } from './api-fixture.js';
import { microsOf, type Probe, parquetFile, probes, probesFile, text, times } from './probes-fixture.js';

/** Readings of a weather station: time, degrees. */
export function weatherFile(station: string, ...rows: (readonly [string, number | null])[]): Uint8Array {
  return parquetFile({
    station: [text, rows.map(() => station)],
    time: [times(true), rows.map(([time]) => microsOf(time))],
    celsius: [{ type: 'DOUBLE' }, rows.map(([, celsius]) => celsius)],
  });
}

/** The declared source of the README; it has no code of its own. */
async function weatherTask(): Promise<DatasetTaskDefinition> {
  const examples = await loadCatalogue([fileURLToPath(new URL('../structure/examples', import.meta.url))]);
  const task = examples.get('load-weather');
  assert.ok(task !== undefined && isDatasetTask(task));
  return task;
}

/** The API of a catalogue that has these sources besides the product's, with their tables made. */
export async function withDatasets(
  work: (api: TestApi, sources: { readonly weather: DatasetTaskDefinition }) => Promise<void>,
): Promise<void> {
  const weather = await weatherTask();
  const catalogue = new Map([...(await loadCatalogue()), [weather.name, weather], [probes.name, probes]]);
  await withApi(
    async (api) => {
      await ensureDatasets(api.url, [weather.dataset, probes.dataset]);
      await work(api, { weather });
    },
    { deps: { catalogue } },
  );
}

/** Loads files as a worker does, in one run. @returns their ids in the ledger */
export async function loadFiles(
  { url, pool, inbox }: TestApi,
  task: DatasetTaskDefinition,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<string[]> {
  await mkdir(inbox, { recursive: true });
  for (const [path, bytes] of Object.entries(files)) {
    await writeFile(join(inbox, path), bytes);
    const { size, mtimeNs } = await stat(join(inbox, path), { bigint: true });
    await recordSightings(pool, [{ path, source: task.source.name, size, mtimeNs }]);
    const { rows } = await pool.query('SELECT id FROM ops.file WHERE path = $1 AND current', [path]);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await settleFiles(pool, [{ id: BigInt(rows[0].id), size, mtimeNs, sha256 }]);
  }
  const { rows } = await pool.query<{ id: string }>(
    'SELECT id FROM ops.file WHERE path = ANY($1) AND current ORDER BY array_position($1, path)',
    [Object.keys(files)],
  );
  const ids = rows.map((row) => row.id);
  const { id } = await startRun({ pool, catalogue: new Map() }, task, { input: { files: ids }, trigger: 'api' });
  const stub = await openStubWorker({ url, pool }, inbox, loadDatasetBody(task));
  const verdict = await runAttempt(
    { ...stub.deps, catalogue: new Map([[task.name, task]]) },
    begun(await stub.begin(id)),
  );
  await stub.close();
  assert.deepEqual(verdict, { kind: 'over' });
  const { rows: bad } = await pool.query("SELECT path, reason FROM ops.file WHERE id = ANY($1) AND state <> 'loaded'", [
    ids,
  ]);
  assert.deepEqual(bad, []);
  return ids;
}

/** What JSON has of a probe; doubles that are no numbers are texts there. */
const shown = (probe: Probe) => ({
  ...probe,
  celsius: probe.celsius === null || Number.isFinite(probe.celsius) ? probe.celsius : String(probe.celsius),
});

/** Loads files of probes in one run. @returns their rows as JSON has them, but for the run */
export const loadProbes = async (api: TestApi, ...files: (readonly Probe[])[]): Promise<Answer['body'][]> => {
  const ids = await loadFiles(
    api,
    probes,
    Object.fromEntries(files.map((rows, at) => [`probes-${at}.parquet`, probesFile(rows)])),
  );
  return files.flatMap((rows, at) => rows.map((row, ordinal) => ({ fileId: ids[at], ordinal, ...shown(row) })));
};

/** A row without the run that loaded it, which a test cannot know. */
export const withoutRun = ({ runId: _runId, ...row }: Answer['body']) => row;

/** Where the rows of probes are listed. */
export const probeRows = '/api/datasets/lab-probes/rows';
