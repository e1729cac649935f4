import { readableDatasets } from '#catalogue/catalogue.js';
import { readDatasetFigures } from '#database/queries/dataset-figures.js';
import { countFiles, countRunsByState, latestFaceModel, listLiveWorkers } from '#database/queries/summary.js';
import { readSupervisorState } from '#process/supervisor-state.js';
import { withTimeLimit } from '#process/time-limit.js';
import { credentialsOf } from '../auth/credentials.js';
import { rowsPath } from '../datasets/describe.js';
import type { ApiDeps } from '../deps.js';
import type { App } from '../http/app-type.js';
import { type QueueCounts, sendHomePage } from '../pages/home.js';

/** How long the page waits for one of its parts; a part that is late is shown as not known. */
const partMs = 2_000;

/** GET /: what runs, and where everything is. */
export async function homeRoutes(app: App, deps: ApiDeps): Promise<void> {
  const { pool, carrier, catalogue, config } = deps;
  const queueNames = [...new Set([...catalogue.values()].map((task) => task.queue))].sort();
  const readable = [...readableDatasets(catalogue).values()];
  const datasets = readable.map((each) => ({
    name: each.name,
    description: each.dataset.description,
    link: rowsPath(each),
  }));

  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    const part = async <T>(what: string, work: Promise<T>): Promise<T | undefined> => {
      try {
        return await withTimeLimit(work, partMs, what);
      } catch (error) {
        request.log.debug({ err: error }, `the front page goes without ${what}`);
        return undefined;
      }
    };
    const countJobs = async (name: string): Promise<QueueCounts> => ({
      name,
      jobs: await carrier.queue(name).getJobCounts(),
    });
    const [workers, files, runs, model, figures, queues] = await Promise.all([
      part('workers', listLiveWorkers(pool)),
      part('files', countFiles(pool)),
      part('runs', countRunsByState(pool)),
      part('the face model', latestFaceModel(pool)),
      part('the figures of datasets', readDatasetFigures(pool, readable)),
      part('queues', Promise.all(queueNames.map(countJobs))),
    ]);
    return sendHomePage(reply, {
      supervisor: readSupervisorState(config.dataDir)?.processes,
      workers,
      files,
      runs,
      model,
      datasets,
      figures,
      queues,
      carrier: carrier.kind,
      tasks: [...catalogue.values()],
      queueActions: config.queueActions === 'on',
      canLogOut: credentialsOf(config) !== undefined,
    });
  });
}
