import type { Registry } from 'prom-client';
import { type Catalogue, queuesOf } from '#catalogue/catalogue.js';
import { finalRunStates, openRunStates } from '#contracts/states.js';
import { timeBuckets } from '#database/changes/buckets.js';
import type { FileFigure, TimeFigure, Totals } from '#database/queries/totals.js';
import { recordedCounter, recordedGauge, recordedHistogram, type Sample } from './recorded.js';
import type { PlatformFigures } from './snapshot.js';

/** Bounds of the histograms: seconds. */
const bounds = timeBuckets.map((ms) => ms / 1_000);

/**
 * What the record says of the whole platform. Every API process says the same, and counters never go back: not when a process
 * starts anew, nor when old runs and files are deleted.
 * @returns fills in what was read
 */
export function platformMetrics(registry: Registry, catalogue: Catalogue): (figures: PlatformFigures) => void {
  const tasks = [...catalogue.keys()];
  const sources = [...catalogue.values()].flatMap(({ source }) => (source ? [source.name] : []));
  const queues = [...queuesOf(catalogue).keys()];
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    recordedGauge(registry, { name: `millrace_${name}`, help, labelNames });
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    recordedCounter(registry, { name: `millrace_${name}`, help, labelNames });
  const histogram = (name: string, help: string) =>
    recordedHistogram(registry, { name: `millrace_${name}`, help, labelNames: ['task'] }, bounds);

  const runs = gauge('runs', 'Runs that have not ended, by task and state', 'task', 'state');
  const ended = counter('runs_ended_total', 'Runs that ended, by task and state', 'task', 'state');
  const attempts = counter('attempts_total', 'Attempts that began', 'task');
  const lost = counter('attempts_lost_total', 'Attempts lost with their worker or its connection', 'task');
  const waited = histogram('run_waiting_seconds', 'From when an attempt could have begun until it did');
  const ran = histogram('run_running_seconds', 'How long attempts took');
  const queued = gauge('queue_runs', 'Runs that have not ended, by queue and state', 'queue', 'state');
  const oldest = gauge('queue_oldest_seconds', 'For how long the oldest run that could begin has waited', 'queue');
  const loadedFiles = counter('loaded_files_total', 'Files loaded', 'source');
  const loadedRows = counter('loaded_rows_total', 'Rows loaded', 'source');
  const loadedBytes = counter('loaded_bytes_total', 'Bytes of files loaded', 'source');
  const files = gauge('files', 'Files of the ledger, by source and state', 'source', 'state');
  const quarantined = counter('files_quarantined_total', 'Files that were quarantined', 'source');
  const inboxOldest = gauge(
    'inbox_oldest_seconds',
    'For how long the oldest file that arrives, or has settled and waits for its run, has been known',
    'state',
  );
  const mends = counter('mends_total', 'What was mended between the record and the carrier', 'kind');
  const leases = counter('lease_beats_total', 'Signs of life of who watches the inbox, and who reconciles', 'lease');
  const workers = gauge('workers', 'Workers by state; those that were lost within the last hour', 'state');
  const worker = {
    info: gauge('worker_info', '1; what a worker says of itself', 'worker', 'version'),
    slots: gauge('worker_slots', 'Runs that a worker takes at a time', 'worker', 'queue'),
    runs: gauge('worker_runs', 'Runs that a worker held at its last sign of life', 'worker'),
    rss: gauge('worker_resident_memory_bytes', 'Memory of a worker', 'worker'),
    heap: gauge('worker_heap_bytes', 'Objects of JavaScript of a worker', 'worker'),
    delay: gauge('worker_event_loop_delay_seconds', 'How late a worker’s event loop was, 99th percentile', 'worker'),
    cpu: gauge('worker_cpu_cores', 'Cores that a worker used', 'worker'),
    silent: gauge('worker_silent_seconds', 'Time since a worker’s last sign of life', 'worker'),
  };
  const read = gauge('record_read_seconds', 'How long it took to read these figures from the record');

  return (figures) => {
    const { totals } = figures;
    const open = totals.runsNow.filter(({ state }) => !isEnded(state));
    runs.set(
      withZeros(
        tasks.flatMap((task) => openRunStates.map((state) => ({ task, state }))),
        open.map(byTask),
      ),
    );
    ended.set(
      withZeros(
        tasks.flatMap((task) => finalRunStates.map((state) => ({ task, state }))),
        totals.runs.filter(({ state }) => isEnded(state)).map(byTask),
      ),
    );
    const begun = totals.runs.filter(({ state }) => state === 'running');
    attempts.set(
      withZeros(
        tasks.map((task) => ({ task })),
        begun.map(byTaskAlone),
      ),
    );
    const gone = totals.runs.filter(({ state }) => state === 'lost');
    lost.set(
      withZeros(
        tasks.map((task) => ({ task })),
        gone.map(byTaskAlone),
      ),
    );
    waited.set(timesOf(totals, 'waited'));
    ran.set(timesOf(totals, 'ran'));
    queued.set(
      withZeros(
        queues.flatMap((queue) => openRunStates.map((state) => ({ queue, state }))),
        figures.queues.map(({ queue, state, count }) => ({ labels: { queue, state }, value: count })),
      ),
    );
    oldest.set(
      withZeros(
        queues.map((queue) => ({ queue })),
        figures.waits.map(({ queue, seconds }) => ({ labels: { queue }, value: seconds })),
      ),
    );
    const everLoaded = totals.files.filter(({ state }) => state === 'loaded');
    const bySource = (value: (figure: FileFigure) => number, from = everLoaded): Sample<'source'>[] =>
      withZeros(
        sources.map((source) => ({ source })),
        from.map((figure) => ({ labels: { source: figure.source ?? '' }, value: value(figure) })),
      );
    loadedFiles.set(bySource((figure) => figure.files));
    loadedRows.set(bySource((figure) => figure.rows));
    loadedBytes.set(bySource((figure) => figure.bytes));
    quarantined.set(
      bySource(
        (figure) => figure.files,
        totals.files.filter(({ state }) => state === 'quarantined'),
      ),
    );
    files.set(
      withZeros(
        sources.flatMap((source) => openFileStates.map((state) => ({ source, state }))),
        totals.filesNow.map((figure) => ({
          labels: { source: figure.source ?? '', state: figure.state },
          value: figure.files,
        })),
      ),
    );
    inboxOldest.set(
      withZeros(
        [{ state: 'arriving' }, { state: 'settled' }],
        figures.ages.map(({ state, seconds }) => ({ labels: { state }, value: seconds })),
      ),
    );
    mends.set(figures.mends.map(({ kind, count }) => ({ labels: { kind }, value: count })));
    leases.set(figures.leases.map(({ name, beats }) => ({ labels: { lease: name }, value: beats })));
    setWorkers(figures);
    read.set([{ labels: {}, value: figures.seconds }]);
  };

  function setWorkers({ workers: all }: PlatformFigures): void {
    workers.set(
      (['living', 'silent', 'lost'] as const).map((state) => ({
        labels: { state },
        value: all.filter((each) => each.state === state).length,
      })),
    );
    const there = all.filter(({ state }) => state !== 'lost');
    const each = (value: (figures: (typeof there)[number]) => number | null): Sample<'worker'>[] =>
      there.flatMap((one) => {
        const found = value(one);
        return found === null ? [] : [{ labels: { worker: nameOf(one) }, value: found }];
      });
    worker.info.set(there.map((one) => ({ labels: { worker: nameOf(one), version: one.version ?? '' }, value: 1 })));
    worker.slots.set(
      there.flatMap((one) =>
        Object.entries(one.slots ?? {}).map(([queue, value]) => ({ labels: { worker: nameOf(one), queue }, value })),
      ),
    );
    worker.runs.set(each((one) => one.runs));
    worker.rss.set(each((one) => one.rss));
    worker.heap.set(each((one) => one.heap));
    worker.delay.set(each((one) => (one.loopDelayMs === null ? null : one.loopDelayMs / 1_000)));
    worker.cpu.set(each((one) => one.cpu));
    worker.silent.set(each((one) => one.silentSeconds));
  }
}

const isEnded = (state: string): boolean => finalRunStates.some((final) => final === state);

/** Not its id, which is another one after each start: series would never end. */
const nameOf = ({ host, pid }: { readonly host: string; readonly pid: number }): string => `${host}:${pid}`;

interface TaskFigure {
  readonly task: string;
  readonly state: string;
  readonly count: number;
}
const byTask = ({ task, state, count }: TaskFigure): Sample<'task' | 'state'> => ({
  labels: { task, state },
  value: count,
});
const byTaskAlone = ({ task, count }: TaskFigure): Sample<'task'> => ({ labels: { task }, value: count });

/** States of files of which people want to see that there are none. */
const openFileStates = ['arriving', 'settled', 'loading', 'quarantined'] as const;

/** Counters that begin with 0 have a rate when they first go up, and gauges that come to 0 do not vanish. */
function withZeros<L extends string>(
  all: readonly Readonly<Record<L, string>>[],
  samples: readonly Sample<L>[],
): Sample<L>[] {
  const known = new Set(samples.map(({ labels }) => keyOf(labels)));
  return [...samples, ...all.filter((labels) => !known.has(keyOf(labels))).map((labels) => ({ labels, value: 0 }))];
}

const keyOf = (labels: Readonly<Record<string, string>>): string => JSON.stringify(Object.entries(labels).sort());

const timesOf = ({ times }: Totals, measure: TimeFigure['measure']) =>
  times
    .filter((each) => each.measure === measure)
    .map(({ task, counts, sumMs }) => ({ labels: { task }, counts, sum: sumMs / 1_000 }));
