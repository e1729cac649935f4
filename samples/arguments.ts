import { parseArgs } from 'node:util';
import { messageOf, SetupError } from '#contracts/errors.js';
import type { SampleCounts } from './write-samples.js';

/** How the samples command is called. */
export const samplesUsage = `usage: npm run samples -- --out <folder> [--images <n>] [--parquet <n>] [--json <n>] [--recordings <n>] [--footage <folder>] [--seed <n>] [--bad] [--help]
  --out      folder to write to, made where needed (the inbox, or one to copy from)
  --images   images to draw          (0 if not given)
  --parquet  data-sample files, 1,914 rows each   (0)
  --json     event files, detections and statuses (0)
  --recordings  car drives with footages, labels and sensor values, each in one to four files (0)
  --footage  folder for the frames of the recordings, FOOTAGE_DIR of the server (./footage)
  --seed     the same seed gives the same files   (1)
  --bad      also files that are broken in various ways
  --help     this text`;

/** What the command line asks for. */
export interface SamplesRequest {
  readonly out: string;
  readonly counts: SampleCounts;
}

/**
 * Reads the arguments after the script's name; throws a SetupError of one line about the first that is wrong.
 * @returns `help` when that is asked for, whatever else is
 */
export function parseSamplesArguments(args: readonly string[]): SamplesRequest | 'help' {
  const values = parse(args);
  if (values.help === true) return 'help';
  if (values.out === undefined || values.out === '') throw new SetupError('--out is missing: expected a folder');
  const counts = {
    images: wholeNumber('--images', values.images ?? '0', 1_000_000),
    parquet: wholeNumber('--parquet', values.parquet ?? '0', 1_000_000),
    json: wholeNumber('--json', values.json ?? '0', 1_000_000),
    recordings: wholeNumber('--recordings', values.recordings ?? '0', 100_000),
    footageDir: values.footage ?? './footage',
    seed: wholeNumber('--seed', values.seed ?? '1', 2 ** 31 - 1),
    bad: values.bad ?? false,
  };
  if (counts.images + counts.parquet + counts.json + counts.recordings === 0 && !counts.bad) {
    throw new SetupError('nothing to write: expected --images, --parquet, --json, --recordings or --bad');
  }
  return { out: values.out, counts };
}

function parse(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const options = {
      out: text,
      images: text,
      parquet: text,
      json: text,
      recordings: text,
      footage: text,
      seed: text,
      bad: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw new SetupError(messageOf(cause).replaceAll('\n', ' '), { cause });
  }
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  throw new SetupError(`${name} is ${JSON.stringify(text)}: expected a whole number from 0 to ${max}`);
}
