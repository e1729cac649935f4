import { listSettings, variableName } from './setting-list.js';
import type { Settings } from './settings.js';

/** A setting by its name in the code. */
export type SettingKey = keyof Settings;

/** What every process of ours reads, whatever it does. */
export const commonSettings = ['logLevel', 'logFormat', 'stopTimeoutMs'] as const satisfies readonly SettingKey[];

/** Where the processes that carry runs along send their spans. */
const tracing = [
  'otelExporterOtlpEndpoint',
  'otelExporterOtlpTracesEndpoint',
  'otelExporterOtlpHeaders',
] as const satisfies readonly SettingKey[];

/**
 * The settings that each app uses besides the common ones. An app is given these and no others, so that a secret is only
 * where it is needed: the API's token and password are no business of a process that decodes strangers' files.
 */
export const appSettings = {
  api: [
    'host',
    'port',
    'inboxDir',
    'dataDir',
    'footageDir',
    'tasksDir',
    'databaseUrl',
    'redisUrl',
    'apiToken',
    'adminUser',
    'adminPassword',
    'trustProxy',
    'queueActions',
    'accessLog',
    ...tracing,
    'maxConnections',
    'maxListeners',
    'clientIdleMs',
    'clientBytesPerSecond',
    'requestLimitMs',
    'uploadLimitMs',
    'exportLimitMs',
    'reconcileIntervalMs',
    'faceModel',
    'pictureCacheMb',
  ],
  watcher: [
    'inboxDir',
    'tasksDir',
    'databaseUrl',
    'redisUrl',
    'settleMs',
    'scanIntervalMs',
    'batchFiles',
    'healthPort',
    'healthHost',
    ...tracing,
  ],
  worker: [
    'inboxDir',
    'dataDir',
    'lakeDir',
    'footageDir',
    'tasksDir',
    'databaseUrl',
    'redisUrl',
    'faceModel',
    'loadMemoryMb',
    'pageMemoryMb',
    'star',
    'jobLockMs',
    'reconcileIntervalMs',
    'healthPort',
    'healthHost',
    ...tracing,
  ],
  migrate: ['tasksDir', 'databaseUrl', 'redisUrl'],
  roles: [
    'tasksDir',
    'databaseUrl',
    'adminDatabaseUrl',
    'loaderPassword',
    'dwhPassword',
    'orchestratorPassword',
    'readerPassword',
  ],
} as const satisfies Readonly<Record<string, readonly SettingKey[]>>;

/** What the supervisor reads: it checks all of them once, and starts the apps. */
export const allSettings: readonly SettingKey[] = listSettings().map(({ key }) => key);

/** Variables of the system that Node, its TLS and PostgreSQL's client library act on. */
const systemVariables =
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|TZ|LANG|LANGUAGE|LC_\w+|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|NODE_\w+|UV_THREADPOOL_SIZE|SSL_CERT_(FILE|DIR)|PG\w+|LD_\w+|DYLD_\w+|MALLOC_\w+|OMP_\w+|VIPS_\w+|OTEL_(SERVICE_NAME|RESOURCE_ATTRIBUTES|TRACES_SAMPLER|TRACES_SAMPLER_ARG|BSP_\w+))$/;

/** The part of an environment that a process needs which uses these settings: they, the common ones, and the system's. */
export function environmentFor(settings: readonly SettingKey[], env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const wanted = new Set([...commonSettings, ...settings].map(variableName));
  return Object.fromEntries(Object.entries(env).filter(([name]) => wanted.has(name) || systemVariables.test(name)));
}
