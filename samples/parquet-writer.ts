import { SetupError } from '#contracts/errors.js';

/**
 * Imports a module that writes parquet files. The package that it does that with is not one of Millrace's
 * dependencies, which only read them.
 * @throws SetupError that says what to install, where that package is missing
 */
export async function importWithParquetWriter<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    if (!isMissing(cause, 'hyparquet-writer')) throw cause;
    throw new SetupError(
      'parquet samples are written with the npm package hyparquet-writer, which is not installed: ' +
        'run "npm install --save-dev hyparquet-writer", or ask for no --parquet and no --bad',
      { cause },
    );
  }
}

function isMissing(error: unknown, packageName: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes(`'${packageName}'`)
  );
}
