import { Command, InvalidArgumentError } from 'commander';
import { stopWithNpm } from '#process/npm-parent.js';
import { readVersion } from '#process/version.js';
import type { RolesOptions } from './roles.js';
import type { RunOptions } from './run.js';
import type { SampleOptions } from './samples.js';

/**
 * The `millrace` command. Each subcommand imports what it needs when it runs, so that --help is quick. Wrong commands and
 * options are shown with the usage on standard error and thrown as CommanderError.
 */
export function millraceCommand(): Command {
  const program = new Command('millrace')
    .description('Turns a folder into a pipeline: drop files in; get rows and a searchable history.')
    .version(readVersion(), '-v, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .exitOverride()
    .showHelpAfterError()
    .addHelpText('after', '\nSettings come from the environment and from .env in the working directory.');

  const app = (name: string, description: string, folder: string): void => {
    program
      .command(name)
      .description(description)
      .action(() => runApp(folder));
  };
  app('start', 'start everything: PostgreSQL if none is given, watcher, workers, API', 'supervisor');
  app('api', 'the API alone, on the database of DATABASE_URL', 'api');
  app('watcher', 'the watcher alone', 'watcher');
  app('worker', 'one worker alone', 'worker');

  program
    .command('migrate')
    .description('bring the database of DATABASE_URL up to date, with the tables of declared datasets')
    .action(async () => await (await import('./migrate.js')).migrate());
  program
    .command('roles')
    .description('make or update the database roles of docs/roles.md on a server of yours, and give them their rights')
    .option('--admin-url <url>', 'the server as a role that may make roles; ADMIN_DATABASE_URL keeps it out of sight')
    .option('--keep-public', 'leave the rights of PUBLIC on the database')
    .option('--print', 'change nothing: show the SQL, for psql')
    .action(async (options: RolesOptions) => await (await import('./roles.js')).roles(options));
  program
    .command('tasks')
    .description('list the tasks, those of TASKS_DIR included')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => await (await import('./tasks.js')).listTasks(options));
  program
    .command('run')
    .description('record a run of a task, show its log until it ends, print its output as JSON')
    .argument('<task>', 'name of a task')
    .option('--input <json>', 'its input, or @file with it', '{}')
    .option('--no-wait', 'print the run’s id once it is recorded')
    .option('--idempotency-key <key>', 'the same key for the same task gives the same run')
    .option('--delay <ms>', 'milliseconds from now before which it does not begin', wholeNumber)
    .action(async (task: string, options: RunOptions) => {
      process.exitCode = await (await import('./run.js')).runTask(task, options);
    });
  program
    .command('samples')
    .description('write sample files')
    .requiredOption('--out <folder>', 'folder to write to, made where needed')
    .option('--images <n>', 'images to draw')
    .option('--parquet <n>', 'data-sample files, 1,914 rows each')
    .option('--json <n>', 'event files, detections and statuses')
    .option('--recordings <n>', 'car drives with footages, labels and sensor values')
    .option('--footage <folder>', 'folder for the frames of the recordings, FOOTAGE_DIR of the server')
    .option('--seed <n>', 'the same seed gives the same files')
    .option('--bad', 'also files that are broken in various ways')
    .action(async (options: SampleOptions) => {
      process.exitCode = await (await import('./samples.js')).samples(options);
    });
  program
    .command('doctor')
    .description('check settings, database, carrier, folders and processes; exit code 1 when something is broken')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => {
      process.exitCode = await (await import('./doctor/doctor.js')).doctor(options);
    });
  return program;
}

/** Runs an app's entry in this process, so that signals reach it once and its exit code is ours. Apps are found by path. */
async function runApp(folder: string): Promise<void> {
  stopWithNpm();
  await import(new URL(`../${folder}/main.js`, import.meta.url).href);
}

function wholeNumber(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of milliseconds.');
}
