/**
 * What recorded runs cost, beside other queues' jobs:
 *
 *   npm run bench:runs -- --only noop --rounds 1        (--help lists all options)
 *
 * Method. All on one embedded PostgreSQL with the product's settings, and one redis-server with those of production (AOF,
 * noeviction); each measurement has a database and a Redis of its own, which are empty. Those who are measured take turns,
 * `--rounds` times, and the round in the middle counts. Two worker processes with 16 slots each; they have started, and
 * the tables are analysed, before the clock runs.
 *
 *   noop        `--runs` no-op runs are recorded (SQL) and their jobs added (as the build does) in a queue that is
 *               paused; then it is resumed. From the first run's start to the last one's end, as ops.run has them.
 *               Peers do the same with jobs, without a record of runs: from the first job's begin to the moment at which
 *               the store has no open job any more. BullMQ keeps ended jobs as Millrace does; graphile-worker with its
 *               defaults, and with batches (500 jobs taken at a time, completed together); pg-boss with a worker for each
 *               slot that takes its next job at once. All have pools of two connections more than slots.
 *   sequential  a flow that invokes a no-op task n times, one after the other: the time between the starts of
 *               consecutive children. By hundred as well: it should not grow. The mean and the number of gaps of a second
 *               and more show what the median hides: jobs that were lost and had to be found again.
 *   step        a body that calls context.step n times: the time of each call, in the body.
 *   fanout      a flow with n no-op children by one invokeAll: from the parent's start to its end.
 *   idle        the supervisor and its processes as `npm start` runs them, 15 s after the start, with nothing to do.
 *
 * `--millrace` names builds of Millrace, for example the one before a change and the one after it; without it, this
 * checkout is measured. A flow runs after a short one of its kind. What a measurement cost:
 *
 *   statements  that clients sent to PostgreSQL (pg_stat_statements), `BEGIN` and `COMMIT` included
 *   commits     of transactions (pg_stat_database), those of single statements, those that only read, and those in which
 *               sessions that listen look at a NOTIFY included
 *   trips       round trips, counted in the workers: a write to a connection after something was read from it. What is
 *               under way together is one: statements sent at once, and what slots ask for on a connection that they
 *               share, as that to Redis.
 *   WAL         bytes, and syncs to the disk (pg_stat_io); one sync may serve several commits
 *   commands    of Redis (INFO commandstats), those inside of scripts included
 *   CPU         of processes, from /proc
 *
 * What the bench itself asks is not counted. pg_stat_statements is on for all and takes its percent. Compare ratios of one
 * run on a machine that does nothing else.
 */
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { messageOf, SetupError } from '#contracts/errors.js';
import { whole } from './load/report.js';
import { startBenchServer } from './load/server.js';
import { slots } from './runs/bench-tasks.js';
import { folderOf } from './runs/build.js';
import { countingSettings } from './runs/counters.js';
import type { Measurement, Subject } from './runs/figures.js';
import { measureFanout, measureSequential, measureStep } from './runs/flows.js';
import { measureIdle } from './runs/idle.js';
import { type Found, measureNoop } from './runs/noop.js';
import { parseRunsOptions, type RunsOptions, runsUsage } from './runs/options.js';
import { peers } from './runs/peers/list.js';
import { measurePeer } from './runs/peers/measure.js';
import { installPeers } from './runs/peers/packages.js';
import type { Bench } from './runs/platform.js';
import { nameOf, renderRuns } from './runs/report.js';
import { workerProcesses } from './runs/worker-processes.js';

/** Something to measure, once per round. */
interface Turn extends Subject {
  measure(): Promise<Found>;
}

/** All that the options ask for, in the order in which it is measured. @param packages of peers */
function turnsOf(bench: Bench, packages: string): Turn[] {
  const { sections, contestants, carriers, builds, runs, invocations, steps, children } = bench.options;
  const turns: Turn[] = [];
  for (const carrier of carriers) {
    for (const peer of peers.filter(({ name, carriers: its }) => contestants.has(name) && its.includes(carrier))) {
      const subject = { section: 'noop', who: peer.name, carrier, units: runs[peer.name] } as const;
      turns.push({ ...subject, measure: () => measurePeer(bench, peer, carrier, packages) });
    }
    for (const build of contestants.has('millrace') ? builds : []) {
      const subject = { section: 'noop', who: build.name, carrier, units: runs.millrace } as const;
      turns.push({ ...subject, measure: () => measureNoop(bench, build, carrier) });
    }
  }
  const flows = [
    ['sequential', invocations, measureSequential],
    ['step', [steps], measureStep],
    ['fanout', children, measureFanout],
  ] as const;
  for (const [section, counts, measure] of flows) {
    for (const carrier of carriers) {
      for (const units of counts) {
        for (const build of builds) {
          const subject = { section, who: build.name, carrier, units };
          turns.push({ ...subject, measure: () => measure(bench, build, carrier, units) });
        }
      }
    }
  }
  for (const carrier of carriers) {
    for (const build of builds) {
      const subject = { section: 'idle', who: build.name, carrier, units: 0 } as const;
      turns.push({ ...subject, measure: () => measureIdle(bench, build, carrier) });
    }
  }
  return turns.filter(({ section }) => sections.has(section));
}

async function bench(options: RunsOptions): Promise<void> {
  for (const build of options.builds) folderOf(build);
  const workDir = await mkdtemp(join(resolve(options.dir ?? tmpdir()), 'millrace-bench-'));
  process.once('exit', () => rmSync(workDir, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const packages = options.peersDir ?? join(workDir, 'peers');
  const needsPeers = peers.some(({ name, package: its }) => its !== undefined && options.contestants.has(name));
  const versions = needsPeers && options.sections.has('noop') ? await installPeers(packages) : {};
  const server = await startBenchServer(workDir, countingSettings);
  try {
    const measurements = await measureAll({ server, workDir, options }, packages);
    const [core] = cpus();
    const who = `${workerProcesses} worker processes with ${slots} slots each`;
    const machine = `${cpus().length} × ${core?.model.trim()}, ${whole(totalmem() / 1e6)} MB, Node ${process.version}`;
    const others = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    console.log([machine, `PostgreSQL: ${server.description}`, [who, ...others].join('; '), ''].join('\n'));
    console.log(renderRuns(measurements));
    if (measurements.some(({ failure }) => failure !== undefined && !failure.startsWith('skipped'))) {
      process.exitCode = 1;
    }
    if (options.json !== undefined) {
      const { sections, contestants, carriers } = options;
      const asked = { ...options, sections: [...sections], contestants: [...contestants], carriers: [...carriers] };
      const report = { at: new Date(), machine, server: server.description, versions, options: asked, measurements };
      await writeFile(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
    }
  } finally {
    await server.stop();
    await rm(workDir, { recursive: true, force: true });
  }
}

/** What fails is noted, and the others go on. */
async function measureAll(shared: Bench, packages: string): Promise<Measurement[]> {
  const turns = turnsOf(shared, packages);
  const measurements: Measurement[] = [];
  for (let round = 1; round <= shared.options.rounds; round += 1) {
    for (const [index, { measure, ...subject }] of turns.entries()) {
      console.error(
        `round ${round} of ${shared.options.rounds}, ${index + 1} of ${turns.length}: ${subject.section}, ${nameOf(subject)}`,
      );
      const found = await measure().catch((error: unknown): Found => ({ figures: {}, failure: messageOf(error) }));
      measurements.push({ ...subject, round, ...found });
    }
  }
  return measurements;
}

const args = process.argv.slice(2);
try {
  if (args.includes('--help')) console.log(runsUsage);
  else await bench(parseRunsOptions(args));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`bench:runs: ${error.message}\n\n${runsUsage}`);
  process.exitCode = 2;
}
