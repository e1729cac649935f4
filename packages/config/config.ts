import { isIPv4 } from 'node:net';
import { availableParallelism } from 'node:os';
import { delimiter, isAbsolute, join, relative, resolve } from 'node:path';
import { Value } from 'typebox/value';
import { SetupError } from '#contracts/errors.js';
import { isAddressList } from './address-list.js';
import { listSettings, type SettingInfo, variableName } from './setting-list.js';
import { type Settings, settingsSchema } from './settings.js';

/**
 * The validated settings of one process. Paths are absolute; durations are milliseconds; a setting that is
 * `undefined` or absent was left unset.
 */
export interface Config extends Omit<Settings, 'workers' | 'tasksDir' | 'lakeDir'> {
  /** Number of worker processes. */
  readonly workers: number;
  /** The folder of LAKE_DIR. */
  readonly lakeDir: string;
  /** The folders of TASKS_DIR, each once; none when it is unset. */
  readonly tasksDir: readonly string[];
}

/**
 * Reads the settings from environment variables. An empty value counts as unset; variables that are no settings are
 * left alone.
 * @param env the environment, `.env` already merged in (see `loadEnvFile`)
 * @param folder what relative paths are relative to
 * @throws SetupError with one line per faulty variable: its name, what was expected, what came
 */
export function loadConfig(env: NodeJS.ProcessEnv, folder: string = process.cwd()): Config {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const setting of listSettings()) {
    const text = env[setting.variable]?.trim();
    if (text === undefined || text === '') {
      if (setting.default !== undefined) values[setting.key] = setting.default;
      continue;
    }
    const value = parseSetting(setting, text);
    if (value === undefined)
      faults.push(`${setting.variable}: expected ${setting.expected}, got ${shown(setting, text)}`);
    else values[setting.key] = value;
  }
  if (faults.length > 0) throw new SetupError(faults.join('\n'));
  if (!Value.Check(settingsSchema, values)) throw new Error('the settings passed one by one, but not together');

  const config: Config = {
    ...values,
    inboxDir: resolve(folder, values.inboxDir),
    dataDir: resolve(folder, values.dataDir),
    footageDir: resolve(folder, values.footageDir),
    lakeDir:
      values.lakeDir === undefined ? join(resolve(folder, values.dataDir), 'lake') : resolve(folder, values.lakeDir),
    tasksDir: foldersOf(values.tasksDir ?? '', folder),
    workers: values.workers ?? Math.min(64, Math.max(1, availableParallelism())),
    ...(values.faceModel === undefined ? {} : { faceModel: faceModelOf(values.faceModel, folder) }),
  };
  const conflicts = findConflicts(config);
  if (conflicts.length > 0) throw new SetupError(conflicts.join('\n'));
  return config;
}

/** A built-in model's name as it is; a path as an absolute one. A name has no slash and does not end in `.onnx`. */
function faceModelOf(value: string, folder: string): string {
  return /^[a-z0-9][a-z0-9.-]*$/.test(value) && !value.endsWith('.onnx') ? value : resolve(folder, value);
}

/** The folders of a list like that of PATH, absolute, each once. */
function foldersOf(list: string, folder: string): string[] {
  const parts = list.split(delimiter).map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== '').map((part) => resolve(folder, part)))];
}

/** Whether only programs of this machine can reach the address. A name other than `localhost` is not trusted. */
export function isLoopback(host: string): boolean {
  const address = host.toLowerCase();
  return address === 'localhost' || address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}

/** The value of the right type, or undefined when the text does not fit the setting's schema. */
function parseSetting(setting: SettingInfo, text: string): unknown {
  const isNumber = 'type' in setting.schema && setting.schema.type === 'integer' && /^-?\d+$/.test(text);
  const value = isNumber ? Number(text) : text;
  if (!Value.Check(setting.schema, value)) return undefined;
  if (setting.addressList && !isAddressList(text)) return undefined;
  return setting.url && !URL.canParse(text) ? undefined : value;
}

/** What came, for a message: never a secret, of an address only how it starts. */
function shown(setting: SettingInfo, text: string): string {
  if (!setting.secret) return JSON.stringify(text);
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text);
  return scheme ? `an address starting with ${scheme[0]} (not shown in full)` : `${text.length} characters (not shown)`;
}

/** Who may use the API: a name and its password come together, and an API that others reach asks for something. */
function findAccessConflicts({ host, apiToken, adminUser, adminPassword, trustProxy }: Config): string[] {
  const conflicts: string[] = [];
  if (adminUser !== undefined && adminPassword === undefined) {
    conflicts.push(
      `${variableName('adminPassword')}: expected a password for ADMIN_USER=${adminUser}, got none; ` +
        'set ADMIN_PASSWORD (12 characters or more), or leave both unset',
    );
  }
  if (adminPassword !== undefined && adminUser === undefined) {
    conflicts.push(
      `${variableName('adminUser')}: expected a name for ADMIN_PASSWORD, got none; set ADMIN_USER, or leave both unset`,
    );
  }
  if (apiToken !== undefined || adminUser !== undefined || adminPassword !== undefined) return conflicts;
  const either = 'set API_TOKEN (16 characters or more), or ADMIN_USER and ADMIN_PASSWORD';
  if (!isLoopback(host)) {
    conflicts.push(
      `${variableName('apiToken')}: expected a token because HOST=${host} can be reached by other machines, ` +
        `got none; ${either}, or HOST=127.0.0.1`,
    );
  }
  if (trustProxy !== undefined) {
    conflicts.push(
      `${variableName('apiToken')}: expected a token because TRUST_PROXY says that other machines reach the API ` +
        `through a proxy, got none; ${either}`,
    );
  }
  return conflicts;
}

/** Settings that are right one by one but not together. */
function findConflicts(config: Config): string[] {
  const conflicts = findAccessConflicts(config);
  if (isWithin(config.inboxDir, config.dataDir)) {
    conflicts.push(
      `${variableName('dataDir')}: expected a folder outside INBOX_DIR (${config.inboxDir}), got ${config.dataDir}; ` +
        'its files would be taken for input',
    );
  }
  if (isWithin(config.inboxDir, config.footageDir)) {
    conflicts.push(
      `${variableName('footageDir')}: expected a folder outside INBOX_DIR (${config.inboxDir}), got ${config.footageDir}; ` +
        'frames in the inbox would be loaded as images, one by one',
    );
  }
  if (isWithin(config.inboxDir, config.lakeDir)) {
    conflicts.push(
      `${variableName('lakeDir')}: expected a folder outside INBOX_DIR (${config.inboxDir}), got ${config.lakeDir}; ` +
        'its files would be taken for input',
    );
  }
  for (const folder of config.tasksDir) {
    if (!isWithin(config.inboxDir, folder) && !isWithin(folder, config.inboxDir)) continue;
    conflicts.push(
      `${variableName('tasksDir')}: expected folders apart from INBOX_DIR (${config.inboxDir}), got ${folder}; ` +
        'who may drop files there could have code run',
    );
  }
  if (config.settleMs >= config.scanIntervalMs) {
    conflicts.push(
      `${variableName('settleMs')}: expected less than SCAN_INTERVAL_MS=${config.scanIntervalMs}, got ${config.settleMs}`,
    );
  }
  return conflicts;
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}
