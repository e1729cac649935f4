import { wholeSampleFiles } from '#samples/data-sample-oracles.js';
import { environment, oneOf, parseStrictly, wholeNumber } from './option-values.js';

/** How the bench is called. */
export const benchUsage = `usage: npm run bench:load -- [options]
  --files <n>        data-sample files, 1,914 rows each; 43201 are the whole data sample   (1440)
  --rounds <n>       repetitions; the median of each figure counts                          (1)
  --only <letters>   which ways, for example a,b: a = psql \\copy, b = ours, c = Prisma      (a,b,c)
  --limit-files <n>  files of which psql loads the rows                       (as --files, 1440 at most)
  --prisma-files <n> files of which Prisma loads the rows                       (as --files, 20 at most)
  --workers <n>      worker processes of ours                            (as the product: one per core)
  --carrier <kind>   postgres or redis                                                      (postgres)
  --env <NAME=value> a setting of the product (.env.example has all); may be given again
  --server <where>   embedded, or the address of a server that may create databases         (embedded)
  --dir <folder>     where inbox, database and files go, on one disk      (the system's temporary folder)
  --keep <folder>    takes files from there, and leaves there what it had to generate
  --kill-every <s>   kills a random worker of ours every <s> seconds with SIGKILL
  --idle <s>         measures ours <s> seconds longer when all is loaded
  --oracles          counts what ours loaded, by all queries whose answers are known
  --json <file>      writes the figures there as well`;

/** A way of loading that is measured. */
export type Way = 'a' | 'b' | 'c';

/** What the command line asks for. */
export interface BenchOptions {
  readonly files: number;
  readonly rounds: number;
  readonly ways: ReadonlySet<Way>;
  readonly limitFiles: number;
  readonly prismaFiles: number;
  readonly workers: number | undefined;
  readonly carrier: 'postgres' | 'redis';
  /** Settings of the product besides those that the bench makes. */
  readonly env: Readonly<Record<string, string>>;
  /** undefined: an embedded server of the bench's own. */
  readonly serverUrl: string | undefined;
  readonly dir: string | undefined;
  readonly keep: string | undefined;
  /** Seconds; undefined: no kills. */
  readonly killEvery: number | undefined;
  /** Seconds. */
  readonly idle: number;
  readonly oracles: boolean;
  readonly json: string | undefined;
}

const wholeNote = `${wholeSampleFiles} are the whole data sample`;
const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** Reads the arguments after the script's name; throws a SetupError of one line about the first that is wrong. */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const values = parse(args);
  const number = (name: keyof typeof values, standard: number, least = 1, most = 1_000_000): number =>
    wholeNumber(name, values[name], { standard, least, most, ...(name === 'files' ? { note: wholeNote } : {}) });
  const files = number('files', 1440);
  return {
    files,
    rounds: number('rounds', 1, 1, 100),
    ways: waysOf(values.only ?? 'a,b,c'),
    limitFiles: number('limit-files', Math.min(files, 1440), 1, files),
    prismaFiles: number('prisma-files', Math.min(files, 20), 1, files),
    workers: values.workers === undefined ? undefined : number('workers', 1, 1, 64),
    carrier: oneOf('carrier', values.carrier ?? 'postgres', ['postgres', 'redis']),
    env: environment(values.env ?? []),
    serverUrl: values.server === 'embedded' ? undefined : values.server,
    dir: values.dir,
    keep: values.keep,
    killEvery: values['kill-every'] === undefined ? undefined : number('kill-every', 5, 1, 3600),
    idle: number('idle', 0, 0, 3600),
    oracles: values.oracles ?? false,
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  return parseStrictly(args, {
    files: text,
    rounds: text,
    only: text,
    'limit-files': text,
    'prisma-files': text,
    workers: text,
    carrier: text,
    env: { type: 'string', multiple: true },
    server: text,
    dir: text,
    keep: text,
    'kill-every': text,
    idle: text,
    oracles: flag,
    json: text,
  } as const);
}

function waysOf(given: string): Set<Way> {
  return new Set(given.split(',').map((letter) => oneOf<Way>('only', letter, ['a', 'b', 'c'])));
}
