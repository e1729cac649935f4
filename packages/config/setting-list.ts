import type { TSchema } from 'typebox';
import type { SettingWords } from './setting-words.js';
import { type Settings, settingsSchema } from './settings.js';

/** One setting, as `.env.example`, messages and the compose test need it. */
export interface SettingInfo {
  readonly key: keyof Settings;
  /** Name of the environment variable. */
  readonly variable: string;
  readonly schema: TSchema;
  readonly description: string;
  readonly default: string | number | undefined;
  readonly defaultText: string | undefined;
  readonly secret: boolean;
  /** It must be parsable as a URL. */
  readonly url: boolean;
  /** It must be a list of IP addresses and ranges. */
  readonly addressList: boolean;
  /** What a right value looks like, in words. */
  readonly expected: string;
}

/** The environment variable of a setting: `scanIntervalMs` ⇒ `SCAN_INTERVAL_MS`. */
export function variableName(key: keyof Settings): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** All settings in the schema's order. */
export function listSettings(): SettingInfo[] {
  const entries = Object.entries(settingsSchema.properties);
  return entries.map(([name, schema]) => {
    const options: TSchema & Partial<SettingWords> & { default?: unknown } = schema;
    const key = keyOf(name);
    const standard = options.default;
    return {
      key,
      variable: variableName(key),
      schema,
      description: options.description ?? '',
      default: typeof standard === 'string' || typeof standard === 'number' ? standard : undefined,
      defaultText: options.defaultText,
      secret: options.secret ?? false,
      url: options.url ?? false,
      addressList: options.addressList ?? false,
      expected: options.expected ?? expectedOf(schema),
    };
  });
}

function keyOf(name: string): keyof Settings {
  if (!isKey(name)) throw new Error(`${name} is not a setting`);
  return name;
}

function isKey(name: string): name is keyof Settings {
  return Object.hasOwn(settingsSchema.properties, name);
}

/** The schema's own keywords in words. */
function expectedOf(
  schema: TSchema & { type?: unknown; minimum?: unknown; maximum?: unknown; enum?: unknown },
): string {
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.join(', ')}`;
  if (schema.type === 'integer') return `a whole number from ${String(schema.minimum)} to ${String(schema.maximum)}`;
  return 'text';
}
