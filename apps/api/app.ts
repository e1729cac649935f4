import cookie from '@fastify/cookie';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { type FastifyBaseLogger, fastify, LogController } from 'fastify';
import { openAccess } from './auth/access.js';
import { credentialsOf } from './auth/credentials.js';
import { guard } from './auth/guard.js';
import type { ApiDeps } from './deps.js';
import { Exports } from './export/exports.js';
import { openChecks } from './health/checks.js';
import { logAccess } from './http/access-log.js';
import type { App } from './http/app-type.js';
import { Clients } from './http/clients.js';
import { answerErrors, answerFrameworkError } from './http/errors.js';
import { takeJson } from './http/json-body.js';
import { requestIdOf, returnRequestIds } from './http/request-id.js';
import { addSecurityHeaders } from './http/security-headers.js';
import { compileSerializer } from './http/serialization.js';
import { traceRequests } from './http/traces.js';
import { closeUnread } from './http/unread-body.js';
import { compileValidator } from './http/validation.js';
import { Live } from './live/live.js';
import { measureRequests } from './metrics/requests.js';
import { actionRoutes } from './routes/api/actions.js';
import { changeRoutes } from './routes/api/changes.js';
import { dataSampleRoutes } from './routes/api/data-sample.js';
import { datasetCompletenessRoutes } from './routes/api/dataset-completeness.js';
import { datasetRowRoutes } from './routes/api/dataset-rows.js';
import { datasetStatsRoutes } from './routes/api/dataset-stats.js';
import { datasetValueRoutes } from './routes/api/dataset-values.js';
import { datasetRoutes } from './routes/api/datasets.js';
import { eventRoutes } from './routes/api/events.js';
import { faceComparisonRoutes } from './routes/api/face-comparisons.js';
import { faceModelRoutes } from './routes/api/face-models.js';
import { fileContentRoutes } from './routes/api/file-content.js';
import { fileSeriesRoutes } from './routes/api/file-series.js';
import { fileRoutes } from './routes/api/files.js';
import { fleetRoutes } from './routes/api/fleet.js';
import { imageRoutes } from './routes/api/images.js';
import { imageExportRoutes } from './routes/api/images-export.js';
import { imageStatsRoutes } from './routes/api/images-stats.js';
import { logRoutes } from './routes/api/logs.js';
import { objectsDetectionRoutes } from './routes/api/objects-detection.js';
import { detectionSeriesRoutes } from './routes/api/objects-detection-series.js';
import { detectionStatsRoutes } from './routes/api/objects-detection-stats.js';
import { overviewRoutes } from './routes/api/overview.js';
import { platformRoutes } from './routes/api/platform.js';
import { quarantineRoutes } from './routes/api/quarantine.js';
import { reconcilerRoutes } from './routes/api/reconciler.js';
import { recordingChoiceRoutes } from './routes/api/recordings/choices.js';
import { footageRoutes } from './routes/api/recordings/footages.js';
import { frameSearchRoutes } from './routes/api/recordings/frames.js';
import { recordingLabelRoutes } from './routes/api/recordings/labels.js';
import { recordingRoutes } from './routes/api/recordings/recordings.js';
import { sensorRoutes } from './routes/api/recordings/sensors.js';
import { footageTimelineRoutes } from './routes/api/recordings/timeline.js';
import { resumableUploadRoutes } from './routes/api/resumable-uploads.js';
import { rowOriginRoutes } from './routes/api/row-origin.js';
import { runActionRoutes } from './routes/api/run-actions.js';
import { runFailureRoutes } from './routes/api/run-failures.js';
import { runFlowRoutes } from './routes/api/run-flow.js';
import { runLogRoutes } from './routes/api/run-logs.js';
import { runSeriesRoutes } from './routes/api/run-series.js';
import { runRoutes } from './routes/api/runs.js';
import { scheduleChangeRoutes } from './routes/api/schedule-changes.js';
import { scheduleDayRoutes } from './routes/api/schedule-days.js';
import { scheduleRoutes } from './routes/api/schedules.js';
import { searchRoutes } from './routes/api/search.js';
import { sessionRoutes } from './routes/api/session.js';
import { taskFigureRoutes } from './routes/api/task-figures.js';
import { taskSettingsRoutes } from './routes/api/task-settings.js';
import { taskRoutes } from './routes/api/tasks.js';
import { uploadRoutes } from './routes/api/uploads.js';
import { vehicleHistoryRoutes } from './routes/api/vehicle-history.js';
import { vehicleStatusRoutes } from './routes/api/vehicle-status.js';
import { vehicleRoutes } from './routes/api/vehicles.js';
import { workerRoutes } from './routes/api/workers.js';
import { answerUnknownPage, consoleRoutes } from './routes/console.js';
import { docsRoutes, gatherOpenApi } from './routes/docs.js';
import { healthRoutes } from './routes/health.js';
import { renderedImageRoutes } from './routes/images/rendered.js';
import { loginRoutes } from './routes/login.js';
import { metricRoutes } from './routes/metrics.js';
import { queueRoutes } from './routes/queues.js';

const dataRoutes = [
  healthRoutes,
  taskRoutes,
  taskFigureRoutes,
  taskSettingsRoutes,
  runRoutes,
  runLogRoutes,
  runSeriesRoutes,
  runFailureRoutes,
  logRoutes,
  runFlowRoutes,
  runActionRoutes,
  changeRoutes,
  eventRoutes,
  scheduleRoutes,
  scheduleDayRoutes,
  scheduleChangeRoutes,
  fileRoutes,
  fileContentRoutes,
  fileSeriesRoutes,
  quarantineRoutes,
  uploadRoutes,
  resumableUploadRoutes,
  datasetRoutes,
  datasetRowRoutes,
  rowOriginRoutes,
  datasetStatsRoutes,
  datasetCompletenessRoutes,
  datasetValueRoutes,
  imageRoutes,
  imageStatsRoutes,
  imageExportRoutes,
  renderedImageRoutes,
  faceModelRoutes,
  faceComparisonRoutes,
  objectsDetectionRoutes,
  detectionStatsRoutes,
  detectionSeriesRoutes,
  vehicleStatusRoutes,
  vehicleRoutes,
  vehicleHistoryRoutes,
  fleetRoutes,
  dataSampleRoutes,
  recordingRoutes,
  recordingLabelRoutes,
  recordingChoiceRoutes,
  footageRoutes,
  footageTimelineRoutes,
  frameSearchRoutes,
  sensorRoutes,
  actionRoutes,
  overviewRoutes,
  platformRoutes,
  workerRoutes,
  searchRoutes,
  reconcilerRoutes,
];

/** Share of the connections that streams of events may have. */
const listenerShare = 0.8;

/** Puts the API together, ready to listen or to be injected. What `deps` holds stays the caller's to close. */
export async function buildApp(deps: ApiDeps): Promise<App> {
  const { host, trustProxy = false } = deps.config;
  const loggerInstance: FastifyBaseLogger = deps.log;
  const clients = new Clients(deps.limits, deps.log);
  const app: App = fastify({
    serverFactory: (handler) => clients.open(handler),
    clientErrorHandler: (error, socket) => clients.refuse(error, socket),
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
    forceCloseConnections: 'idle',
    trustProxy,
    frameworkErrors: answerFrameworkError,
    // Names of vehicles have up to 64 characters, each of which may be twelve in an address.
    routerOptions: { maxParamLength: 768 },
    // A request's body, files apart: 10,000 file ids take 0.2 MB.
    bodyLimit: 1_000_000,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(compileSerializer);
  // Nothing here takes text; browsers send it across sites without asking first.
  app.removeContentTypeParser('text/plain');
  app.removeContentTypeParser('application/json');
  takeJson(app);
  answerErrors(app, answerUnknownPage);
  returnRequestIds(app);
  const ownMetrics = measureRequests(app);
  traceRequests(app);
  if (deps.config.accessLog === 'on') logAccess(app);
  addSecurityHeaders(app);
  closeUnread(app);
  await app.register(cookie);

  const credentials = credentialsOf(deps.config);
  const access = credentials && openAccess(deps.pool, credentials);
  guard(app, host, access);
  // Only for requests that the guard let pass.
  app.addHook('onRequest', async ({ routeOptions, raw }) => {
    if (routeOptions.config.upload === true) clients.allowUpload(raw);
  });

  await gatherOpenApi(app, credentials);
  const live = new Live({
    pool: deps.pool,
    log: deps.log,
    // The others are for all else.
    maxListeners: Math.min(deps.limits.maxListeners, Math.floor(deps.limits.maxConnections * listenerShare)),
    living: access && ((values) => access.sessions.living(values)),
  });
  app.addHook('preClose', () => live.close());
  const checks = openChecks(deps);
  app.addHook('onClose', () => checks.close());
  const routeDeps = {
    ...deps,
    live,
    checks,
    exports: new Exports(deps.pool),
    exportLimitMs: deps.limits.exportLimitMs,
  };
  for (const routes of dataRoutes) await app.register((scope: App) => routes(scope, routeDeps));
  await app.register((scope: App) => sessionRoutes(scope, access));
  await app.register((scope: App) => metricRoutes(scope, deps, ownMetrics));
  await docsRoutes(app);
  await queueRoutes(app, deps);
  await consoleRoutes(app);
  if (access) await loginRoutes(app, access);
  return app;
}
