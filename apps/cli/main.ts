#!/usr/bin/env node
import { CommanderError } from 'commander';
import { messageOf, SetupError } from '#contracts/errors.js';
import { setupErrorExitCode } from '#process/run-main.js';
import { millraceCommand } from './command.js';
import { UsageError } from './usage-error.js';

process.setSourceMapsEnabled(true);

const command = millraceCommand();
try {
  await command.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** Says what is wrong; 2 for a command line that is, 78 for settings and surroundings, 1 for the rest. */
function exitCodeOf(error: unknown): number {
  // Has said so itself; --help and --version end in this way, too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  process.stderr.write(`millrace: ${messageOf(error).replaceAll('\n', '\nmillrace: ')}\n`);
  if (error instanceof UsageError) return 2;
  return error instanceof SetupError ? setupErrorExitCode : 1;
}
