import { listSettings, type SettingInfo } from './setting-list.js';

/** The text of `.env.example`: every setting with its meaning, commented out, its default as the value. */
export function renderEnvExample(): string {
  const head = [
    '# Settings of Millrace. Copy this file to .env and change what you need; the environment itself wins over .env.',
    '# Made from packages/config/settings.ts by: npm run env:example',
  ];
  return `${[head.join('\n'), ...listSettings().map(renderSetting)].join('\n\n')}\n`;
}

function renderSetting(setting: SettingInfo): string {
  const standard = setting.default === undefined ? (setting.defaultText ?? 'unset') : String(setting.default);
  const value = setting.default === undefined ? '' : String(setting.default);
  return [
    `# ${setting.description}`,
    `# Expected: ${setting.expected}. Default: ${standard}.`,
    `#${setting.variable}=${value}`,
  ].join('\n');
}
