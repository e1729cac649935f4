import { basename, resolve } from 'node:path';
import { SetupError } from '#contracts/errors.js';
import { type CarrierKind, carriers } from '../../helpers/platform.js';
import { environment, oneOf, pairOf, parseStrictly, wholeNumber } from '../load/option-values.js';

/** How the bench is called. */
export const runsUsage = `usage: npm run bench:runs -- [options]
  --only <sections>    some of noop,sequential,step,fanout,idle                                (all)
  --which <names>      whose no-op runs are measured, some of
                       millrace,bullmq,graphile-worker,graphile-worker-batched,pg-boss         (all)
  --carriers <kinds>   postgres,redis                                                         (both)
  --millrace <folder>  a built checkout of Millrace, or name=folder; may be given again  (this one)
  --rounds <n>         repetitions; the one in the middle counts                                 (3)
  --runs <n>           no-op runs                                                            (20000)
  --runs-of <name=n>   another number of them for one of --which; may be given again
  --invocations <list> lengths of the sequences of invocations                         (40,400,1000)
  --steps <n>          calls of context.step                                                  (1000)
  --children <list>    runs that one invokeAll makes                                    (3000,10000)
  --idle <s>           seconds for which an idle platform is measured                           (60)
  --limit <s>          seconds after which one measurement is given up                         (900)
  --env <NAME=value>   a setting of Millrace (.env.example has all); may be given again
  --peers <folder>     where npm installs graphile-worker and pg-boss, or has before
                                                             (a temporary folder, removed afterwards)
  --dir <folder>       where databases and logs go                 (the system's temporary folder)
  --json <file>        writes all figures there as well, with the statements of PostgreSQL`;

/** What is measured. */
export const sections = ['noop', 'sequential', 'step', 'fanout', 'idle'] as const;
export type Section = (typeof sections)[number];

/** Whose no-op runs are measured: ours, and other queues' jobs. */
export const contestants = ['millrace', 'bullmq', 'graphile-worker', 'graphile-worker-batched', 'pg-boss'] as const;
export type Contestant = (typeof contestants)[number];

/** A checkout of Millrace whose `dist` is built. */
export interface Build {
  readonly name: string;
  /** Absolute; undefined: the checkout that this bench belongs to. */
  readonly folder: string | undefined;
}

/** What the command line asks for. */
export interface RunsOptions {
  readonly sections: ReadonlySet<Section>;
  readonly contestants: ReadonlySet<Contestant>;
  readonly carriers: ReadonlySet<CarrierKind>;
  readonly builds: readonly Build[];
  readonly rounds: number;
  /** Number of no-op runs. */
  readonly runs: Readonly<Record<Contestant, number>>;
  readonly invocations: readonly number[];
  readonly steps: number;
  readonly children: readonly number[];
  readonly idleSeconds: number;
  readonly limitMs: number;
  readonly env: Readonly<Record<string, string>>;
  readonly peersDir: string | undefined;
  readonly dir: string | undefined;
  readonly json: string | undefined;
}

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;

/** Reads the arguments after the script's name; throws a SetupError of one line about the first that is wrong. */
export function parseRunsOptions(args: readonly string[]): RunsOptions {
  const values = parseStrictly(args, {
    only: text,
    which: text,
    carriers: text,
    millrace: texts,
    rounds: text,
    runs: text,
    'runs-of': texts,
    invocations: text,
    steps: text,
    children: text,
    idle: text,
    limit: text,
    env: texts,
    peers: text,
    dir: text,
    json: text,
  } as const);
  const number = (name: keyof typeof values, standard: number, most = 1_000_000): number =>
    wholeNumber(name, values[name], { standard, least: 1, most });
  const numbers = (name: keyof typeof values, standard: readonly number[]): readonly number[] =>
    values[name] === undefined
      ? standard
      : String(values[name])
          .split(',')
          .map((each) => wholeNumber(name, each, { standard: 0, least: 1, most: 100_000 }));
  return {
    sections: someOf('only', values.only, sections),
    contestants: someOf('which', values.which, contestants),
    carriers: someOf('carriers', values.carriers, carriers),
    builds: buildsOf(values.millrace ?? []),
    rounds: number('rounds', 3, 100),
    runs: runsOf(number('runs', 20_000), values['runs-of'] ?? []),
    invocations: numbers('invocations', [40, 400, 1000]),
    steps: number('steps', 1000, 100_000),
    children: numbers('children', [3000, 10_000]),
    idleSeconds: number('idle', 60, 3600),
    limitMs: number('limit', 900, 86_400) * 1000,
    env: environment(values.env ?? []),
    peersDir: values.peers === undefined ? undefined : resolve(values.peers),
    dir: values.dir,
    json: values.json,
  };
}

/** In the order in which they are known, whatever the order in which they were given. */
function someOf<T extends string>(name: string, given: string | undefined, known: readonly T[]): ReadonlySet<T> {
  if (given === undefined) return new Set(known);
  const wanted = given.split(',').map((each) => oneOf(name, each, known));
  return new Set(known.filter((each) => wanted.includes(each)));
}

function runsOf(standard: number, given: readonly string[]): Record<Contestant, number> {
  const [a, b, c, d, e] = contestants;
  const runs = { [a]: standard, [b]: standard, [c]: standard, [d]: standard, [e]: standard };
  for (const each of given) {
    const [name, count] = pairOf('runs-of', each, 'name=number');
    runs[oneOf('runs-of', name, contestants)] = wholeNumber('runs-of', count, { standard, least: 1, most: 1_000_000 });
  }
  return runs;
}

function buildsOf(given: readonly string[]): readonly Build[] {
  if (given.length === 0) return [{ name: 'millrace', folder: undefined }];
  const builds = given.map((each) => {
    const [, name, folder = each] = /^([\w.-]+)=(.+)$/s.exec(each) ?? [];
    return { name: name ?? basename(resolve(folder)), folder: resolve(folder) };
  });
  const taken = new Set<string>(contestants.filter((name) => name !== 'millrace'));
  for (const { name } of builds) {
    if (taken.has(name)) {
      throw new SetupError(`--millrace: "${name}" names two that are compared; expected another as name=folder`);
    }
    taken.add(name);
  }
  return builds;
}
