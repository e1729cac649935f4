import { type commonSettings, environmentFor, type SettingKey } from '#config/app-settings.js';
import { type Config, loadConfig } from '#config/config.js';
import { loadEnvFile } from '#config/env-file.js';

/** The settings that an app named, and the common ones. */
export type AppConfig<K extends SettingKey> = Pick<Config, K | (typeof commonSettings)[number]>;

/**
 * The one place that reads the environment, with the `.env` of the working directory beneath it.
 * @param settings those that the process uses besides the common ones; no others are read
 * @throws SetupError with one line per faulty variable
 */
export function readSettings<K extends SettingKey>(
  settings: readonly K[],
): { config: AppConfig<K>; env: NodeJS.ProcessEnv } {
  const env = environmentFor(settings, loadEnvFile(process.env));
  return { config: loadConfig(env), env };
}
