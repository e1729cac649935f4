import { SetupError } from '#contracts/errors.js';
import type { SampleOptions } from './command.js';
import { UsageError } from './usage-error.js';

/** Writes sample files, see `writeSamples`. The one place that knows where they are made. */
export async function samples(options: SampleOptions): Promise<void> {
  const { parseSamplesArguments } = await import('#samples/arguments.js');
  const { writeSamples } = await import('#samples/write-samples.js');
  const { out, counts } = requestOf(() =>
    parseSamplesArguments(
      Object.entries(options).flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}=${value}`])),
    ),
  );
  const files = await writeSamples(out, counts);
  const rows = files.reduce((sum, file) => sum + (file.expectedRows ?? 0), 0);
  const bad = files.filter((file) => file.expectBad !== undefined).length;
  process.stdout.write(`${files.length} files in ${out}: ${rows} rows expected, ${bad} broken files\n`);
}

function requestOf<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof SetupError ? new UsageError(error.message, { cause: error }) : error;
  }
}
