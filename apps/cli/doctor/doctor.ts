import { datasetsOf, loadCatalogue } from '#catalogue/catalogue.js';
import { allSettings } from '#config/app-settings.js';
import type { Config } from '#config/config.js';
import { messageOf } from '#contracts/errors.js';
import { readSettings } from '#process/read-settings.js';
import { visible } from '#process/visible.js';
import { checkCarrier, checkDatabase } from './databases.js';
import { type Finding, failure, ok } from './finding.js';
import { checkDataFolder, checkDisk, checkInbox } from './folders.js';
import { checkFaceModel, checkNode, checkPort } from './machine.js';

/**
 * Looks at everything that Millrace needs, changes nothing, and prints a line for each.
 * @returns the exit code: 1 when something is broken, else 0
 */
export async function doctor({ json = false }: { json?: boolean }): Promise<number> {
  const findings: Finding[] = [];
  for await (const finding of examine()) {
    findings.push(finding);
    if (!json) process.stdout.write(`${describe(finding)}\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify(findings, undefined, 2)}\n`);
  return findings.some(({ state }) => state === 'failure') ? 1 : 0;
}

const describe = ({ check, state, message }: Finding): string =>
  visible(`${state.padEnd(7)}  ${check.padEnd(10)}  ${message}`);

async function* examine(): AsyncGenerator<Finding> {
  yield await checkNode();
  let config: Config;
  try {
    config = readSettings(allSettings).config;
    yield ok('settings', 'all are valid');
  } catch (error) {
    for (const line of messageOf(error).split('\n')) yield failure('settings', line);
    return;
  }
  const checks: readonly [name: string, check: () => Promise<Finding | readonly Finding[]>][] = [
    ['tasks', () => checkTasks(config)],
    ['inbox', () => checkInbox(config.inboxDir)],
    ['data', () => checkDataFolder(config.dataDir)],
    ['disk', () => checkDisk(config.dataDir)],
    ['port', () => checkPort(config)],
    ['face model', () => checkFaceModel(config)],
    ['carrier', () => checkCarrier(config)],
    ['database', () => checkDatabase(config)],
  ];
  for (const [name, check] of checks) {
    try {
      for (const finding of [await check()].flat()) yield finding;
    } catch (error) {
      yield failure(name, messageOf(error));
    }
  }
}

async function checkTasks({ tasksDir }: Config): Promise<Finding> {
  const catalogue = await loadCatalogue(tasksDir);
  const where = tasksDir.length === 0 ? 'no TASKS_DIR is set' : `with those of ${tasksDir.join(', ')}`;
  return ok('tasks', `all are valid: ${catalogue.size}, declared datasets: ${datasetsOf(catalogue).length}; ${where}`);
}
