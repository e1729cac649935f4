// Writes sample files: npm run samples -- --out <folder> --images 20 --parquet 60 --json 10
import { messageOf, SetupError } from '#contracts/errors.js';
import { parseSamplesArguments, type SamplesRequest, samplesUsage } from '#samples/arguments.js';
import { writeSamples } from '#samples/write-samples.js';

try {
  const request = parseSamplesArguments(process.argv.slice(2));
  process.stdout.write(`${request === 'help' ? samplesUsage : await write(request)}\n`);
} catch (error) {
  const isUsage = error instanceof SetupError;
  process.stderr.write(`samples: ${messageOf(error)}\n${isUsage ? `${samplesUsage}\n` : ''}`);
  process.exitCode = isUsage ? 2 : 1;
}

/** @returns what was written, in words */
async function write({ out, counts }: SamplesRequest): Promise<string> {
  const files = await writeSamples(out, counts);
  const rows = files.reduce((sum, file) => sum + (file.expectedRows ?? 0), 0);
  const bad = files.filter((file) => file.expectBad !== undefined).length;
  return `${files.length} files in ${out}: ${rows} rows expected, ${bad} broken files`;
}
